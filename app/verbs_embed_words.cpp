#include "command_line.h"
#include "commands/embed_phrases.h"
#include "commands/embed_train.h"
#include "verbs.h"

namespace dlt::app {
namespace {

constexpr const char* texts_help =
    "text files, one sentence a line; gzip too; - or none is standard input";

// Where options have several names, the others are those of word2vec and fastText.
void what_to_learn(CLI::App* t, EmbedTrainOptions& o) {
  auto& s = o.settings;
  t->add_option("texts", o.texts, texts_help);
  t->add_option("-o,--out", o.out, "the vectors: NAME.bin, .txt, .vec, .glove or .safetensors")
      ->required();
  t->add_option("--format", o.format,
                "word2vec, word2vec-bin, vec, glove or safetensors, whatever the ending");
  t->add_option("--mode,--method", o.mode, "skipgram, cbow or glove")
      ->capture_default_str()
      ->check(CLI::IsMember({"skipgram", "cbow", "glove"}));
  t->add_option("--loss", o.loss, "negative_sampling (ns) or hierarchical_softmax (hs)")
      ->capture_default_str()
      ->check(CLI::IsMember({"negative_sampling", "ns", "hierarchical_softmax", "hs"}));
  t->add_option("--dim,--size", s.dim, "numbers of a vector")
      ->capture_default_str()
      ->check(integer(1, 100'000));
  t->add_option("--window,--ws", s.window, "words on either side")
      ->capture_default_str()
      ->check(integer(1, 1000));
  t->add_option("--min-count,--minCount", s.min_count, "rarer words are left out")
      ->capture_default_str()
      ->check(integer(1));
  t->add_option("--unit", o.unit, "words, chars or bytes")
      ->capture_default_str()
      ->check(CLI::IsMember({"words", "chars", "bytes"}));
  t->add_option("--min-chars,--minn", s.min_chars, "shortest character n-grams; 3 if --max-chars")
      ->check(integer(0, 100));
  t->add_option("--max-chars,--maxn", s.max_chars,
                "longest character n-grams; 0: none; kept in safetensors for unknown words")
      ->capture_default_str()
      ->check(integer(0, 100));
  t->add_option("--buckets,--bucket", s.buckets, "rows that character n-grams share")
      ->capture_default_str()
      ->check(integer(1, INT32_MAX));
}

void how_to_learn(CLI::App* t, EmbedTrainOptions& o) {
  auto& s = o.settings;
  t->add_option("--epochs,--epoch,--iter", s.epochs, "times the text is read")
      ->capture_default_str()
      ->check(integer(1, 1'000'000));
  t->add_option("--lr,--alpha", s.lr,
                "learning rate at first; 0: 0.025 skipgram, 0.1 cbow, 0.05 glove")
      ->capture_default_str()
      ->check(number(0, 100));
  t->add_option("--negative,--neg", s.negative, "words drawn to tell the right one from")
      ->capture_default_str()
      ->check(integer(0, 1000));
  t->add_option("--exponent", s.exponent, "they are drawn as count^exponent")
      ->capture_default_str()
      ->check(number(-10, 10));
  t->add_option("--sample,--t", s.sample, "frequent words are passed over; 0: none")
      ->capture_default_str()
      ->check(number(0, 1));
  t->add_flag("--full-gradient", o.full_gradient,
              "cbow as word2vec.c has it: the whole error to every word");
  t->add_option("--x-max", s.x_max, "glove: counts from here on weigh the same")
      ->capture_default_str()
      ->check(number(1e-9, 1e18));
  t->add_option("--weight-exponent", s.alpha, "glove: smaller ones weigh (count / x-max)^this")
      ->capture_default_str()
      ->check(number(0, 10));
  t->add_option("--seed", s.seed, "of all that is random")->capture_default_str();
  t->add_flag("--free-running", o.free_running,
              "threads do not wait for each other; no two runs give the same bytes");
}

void where_to_work(CLI::App* t, std::string& memory, std::string& tmp, bool& json, bool& quiet) {
  t->add_option("-S,--memory", memory, "for the text, sorting and tables: 200M, 4G, 50%")
      ->capture_default_str();
  t->add_option("-T,--tmp", tmp, "folder of temporary files (default: $TMPDIR or /tmp)");
  t->add_flag("--json", json, "one JSON object on standard output");
  t->add_flag("--quiet", quiet, "nothing on standard error");
}

void add_train_words(CLI::App& group, int& code) {
  static EmbedTrainOptions o;  // filled while the command line is read
  auto* t = verb(group, "train", "Learn word vectors of a text, without a run folder",
                 "dlt embed train --mode skipgram --neg 5 --dim 100 --window 5 corpus.txt -o "
                 "vec.bin",
                 code, [] { embed_train(o); });
  what_to_learn(t, o);
  how_to_learn(t, o);
  where_to_work(t, o.memory, o.tmp, o.json, o.quiet);
}

void add_phrases(CLI::App& group, int& code) {
  static EmbedPhrasesOptions o;
  auto* t = verb(group, "phrases", "Join words that belong together: new york -> new_york",
                 "dlt embed phrases data/raw/brown.txt -o brown-phrases.txt --threshold 100", code,
                 [] { embed_phrases(o); });
  t->add_option("texts", o.texts, texts_help);
  t->add_option("-o,--out", o.out, "the text with phrases; -: standard output")
      ->capture_default_str();
  t->add_option("--min-count", o.settings.min_count, "rarer words are in no phrase")
      ->capture_default_str()
      ->check(integer(1));
  t->add_option("--threshold", o.settings.threshold, "higher: fewer phrases")
      ->capture_default_str()
      ->check(number(0, 1e18));
  t->add_option("--passes", o.settings.passes, "again on what came out: longer phrases")
      ->capture_default_str()
      ->check(integer(1, 16));
  where_to_work(t, o.memory, o.tmp, o.json, o.quiet);
}

}  // namespace

void add_embed_words(CLI::App& group, int& code) {
  add_train_words(group, code);
  add_phrases(group, code);
}

}  // namespace dlt::app
