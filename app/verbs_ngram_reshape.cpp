#include "command_line.h"
#include "commands/ngram_reshape.h"
#include "verbs.h"

namespace dlt::app {
namespace {

template <class Options>
void output_options(CLI::App* sub, Options& o) {
  sub->add_flag("--quantize", o.quantize, "8-bit values: a smaller file");
  sub->add_flag("--json", o.json, "one JSON object");
}

}  // namespace

void add_ngram_reshape(CLI::App& group, int& code) {
  static NgramPruneOptions p;  // filled while the command line is read
  static NgramMixOptions m;
  static NgramAuditOptions a;
  auto* t = verb(group, "prune", "A smaller model without the n-grams that matter least",
                 "dlt ngram prune --lm lm.ngram --entropy 1e-8 -o small.ngram\n"
                 "  dlt ngram prune --lm lm.ngram --target-size 50M -o small.ngram",
                 code, [] { ngram_prune(p); });
  t->add_option("--lm", p.lm, "the model")->required();
  t->add_option("-o,--out", p.out, "the file to write; .arpa or .arpa.gz: as ARPA")->required();
  t->add_option("--entropy", p.entropy,
                "remove what raises the perplexity by less than this factor - 1")
      ->check(number(0, 1));
  t->add_option("--target-ngrams", p.target_ngrams, "keep so many n-grams: 500K, 1M");
  t->add_option("--target-size", p.target_size, "make a file of at most so many bytes: 50M");
  t->add_option("--history", p.history,
                "a model for the probabilities of contexts: of any smoothing but Kneser-Ney");
  output_options(t, p);

  t = verb(group, "mix", "One model of several: the weighted mean of their probabilities",
           "dlt ngram mix --lm news.ngram --lm law.ngram --tune dev.txt -o both.ngram\n"
           "  dlt ngram mix --lm news.ngram --lm law.ngram --weights 0.7,0.3 -o both.ngram",
           code, [] { ngram_mix(m); });
  t->add_option("--lm", m.lms, "a model; give several")
      ->required()
      ->take_all()
      ->allow_extra_args(false);
  t->add_option("--weights", m.weights, "one for each model, scaled so that they sum to 1")
      ->delimiter(',')
      ->check(number(0, 1e6));
  t->add_option("--tune", m.tune, "find the weights that make this text likeliest");
  t->add_option("-o,--out", m.out, "the file to write; .arpa or .arpa.gz: as ARPA");
  output_options(t, m);

  t = verb(group, "audit", "Whether the probabilities of a model sum to 1",
           "dlt ngram audit --lm lm.arpa --contexts 1000", code, [] { ngram_audit(a); });
  t->add_option("--lm", a.lm, "the model")->required();
  t->add_option("--contexts", a.contexts, "how many of each length, drawn evenly")
      ->capture_default_str()
      ->check(integer(1));
  t->add_flag("--json", a.json, "one JSON object");
}

}  // namespace dlt::app
