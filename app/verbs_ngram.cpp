#include "command_line.h"
#include "commands/ngram_train.h"
#include "verbs.h"

namespace dlt::app {
namespace {

void what_to_count(CLI::App* sub, NgramTrainOptions& o) {
  auto& [count, estimate, entropy] = o.settings;
  sub->add_option("text", o.texts, "text files, one sentence a line; gzip too; - is standard input")
      ->required();
  sub->add_option("-o,--out", o.out, "the model: NAME.arpa, NAME.arpa.gz, else dlt's own file")
      ->required();
  sub->add_option("--order", count.order, "longest n-grams")
      ->capture_default_str()
      ->check(integer(1, ngram::max_order));
  sub->add_option("--unit", o.unit, "words, chars or bytes")
      ->capture_default_str()
      ->check(CLI::IsMember({"words", "chars", "bytes"}));
  sub->add_option("--min-count,--vocab-min", count.text.min_count, "rarer words become <unk>")
      ->capture_default_str()
      ->check(integer(1));
  sub->add_option("--vocab", count.text.vocabulary, "a file of words: all others become <unk>");
  sub->add_flag("--open-vocab", count.text.open_vocabulary, "<unk> in the text is a word");
  sub->add_flag("--skip-symbols", o.skip_symbols,
                "<s>, </s> and <unk> in the text are passed over");
  sub->add_flag("--skip-empty", count.text.skip_empty, "empty lines are no sentences");
  sub->add_option("-S,--memory", o.memory, "for sorting and tables: 200M, 4G, 50%")
      ->capture_default_str();
  sub->add_option("-T,--tmp", count.work.tmp,
                  "folder of temporary files (default: $TMPDIR or /tmp)");
}

void how_to_estimate(CLI::App* sub, NgramTrainOptions& o) {
  auto& [count, estimate, entropy] = o.settings;
  sub->add_option("--smoothing", o.smoothing,
                  "modified_kneser_ney, kneser_ney, absolute, katz, witten_bell, jelinek_mercer, "
                  "add_k, stupid_backoff or maximum_likelihood")
      ->capture_default_str();
  sub->add_flag("--back-off", o.back_off,
                "shorter histories only where the longer one has nothing");
  sub->add_flag("--raw-unigrams", o.raw_unigrams, "no uniform share in the unigrams");
  sub->add_flag("--closed", estimate.closed, "<unk> is impossible and no part of the vocabulary");
  sub->add_flag("--kenlm-fallback", estimate.kenlm_fallback,
                "discounts out of range as KenLM's --discount_fallback has them");
  sub->add_option("--katz-max", estimate.katz_max, "katz: larger counts of each order stay")
      ->check(integer(0, 1000));
  sub->add_option("--discounts", estimate.discounts, "instead of those from counts of counts")
      ->check(number(0, 1e9));
  sub->add_option("--lambda", estimate.lambda, "jelinek_mercer: weight of each order")
      ->check(number(0, 1));
  sub->add_option("--k", estimate.k, "add_k")->capture_default_str()->check(number(0, 1e9));
  sub->add_option("--alpha", estimate.alpha, "stupid_backoff")
      ->capture_default_str()
      ->check(number(0, 1));
  sub->add_option("--prune", estimate.prune, "n-grams seen so often or less go: 0 0 1")
      ->check(integer(0));
  sub->add_option("--entropy", entropy, "relative-entropy pruning: 1e-8")->check(number(0, 1));
  sub->add_flag("--quantize", o.quantize, "8 bits for each number");
  sub->add_flag("--json", o.json, "one JSON object on standard output");
  sub->add_flag("--quiet", o.quiet, "nothing on standard error");
}

void add_ngram_train(CLI::App& group, int& code) {
  static NgramTrainOptions o;  // filled while the command line is read
  auto* sub = verb(group, "train", "Count n-grams of a text and estimate a model",
                   "dlt ngram train data/raw/bible.txt --order 3 -o bible.ngram", code,
                   [] { ngram_train(o); });
  what_to_count(sub, o);
  how_to_estimate(sub, o);
}

}  // namespace

void add_ngram(CLI::App& cli, int& code) {
  auto* group = cli.add_subcommand("ngram", "N-gram language models and what they are good for");
  group->footer("Example:\n  dlt ngram score --lm bible.ngram \"in the beginning\"");
  group->require_subcommand(1);
  add_ngram_train(*group, code);
  add_ngram_score(*group, code);
  add_ngram_convert(*group, code);
  add_ngram_next(*group, code);
  add_ngram_reshape(*group, code);
  add_ngram_words(*group, code);
  add_ngram_classes(*group, code);
}

}  // namespace dlt::app
