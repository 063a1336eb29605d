#include "command_line.h"
#include "commands/embed_classes.h"
#include "commands/embed_convert.h"
#include "commands/embed_measure.h"
#include "commands/embed_nearest.h"
#include "verbs.h"

namespace dlt::app {
namespace {

constexpr const char* vectors_help =
    "file of word vectors (word2vec, fastText, GloVe, safetensors) or run folder";

void add_nearest(CLI::App& group, int& code) {
  static EmbedNearestOptions o;  // filled while the command line is read
  auto* t =
      verb(group, "nearest", "Words nearest to words and to sums of words",
           "dlt embed nearest vec.bin king\n  dlt embed nearest vec.bin \"king - man + woman\"",
           code, [] { embed_nearest(o); });
  t->add_option("vectors", o.vectors, vectors_help)->required();
  t->add_option("words", o.words,
                "words, or sums like \"king - man + woman\"; without any, lines of standard input");
  t->add_option("--plus", o.plus, "words whose vectors are added");
  t->add_option("--minus", o.minus, "words whose vectors are taken away");
  t->add_option("--top", o.top, "how many neighbours")->capture_default_str()->check(integer(1));
  t->add_option("--repeat", o.repeat, "search so many times, for the mean time with --json")
      ->capture_default_str()
      ->check(integer(1, 1'000'000));
  t->add_flag("--json", o.json, "a JSON object a query");
}

void add_measures(CLI::App& group, int& code) {
  static EmbedAnalogyOptions a;
  static EmbedSimilarityOptions s;
  auto* t = verb(group, "analogy", "How many questions \"a is to b as c is to ?\" come out right",
                 "dlt embed analogy vec.bin questions-words.txt --restrict 30000", code,
                 [] { embed_analogy(a); });
  t->add_option("vectors", a.vectors, vectors_help)->required();
  t->add_option("questions", a.questions, "lines 'a b c d' and ': section'")->required();
  t->add_option("--restrict", a.restrict_to, "only the so many most frequent words; 0: all")
      ->capture_default_str()
      ->check(integer(0));
  t->add_flag("--exact", a.exact, "capitals matter");
  t->add_flag("--json", a.json, "one JSON object");

  t = verb(group, "similarity", "How well cosines order pairs of words as people did",
           "dlt embed similarity vec.bin EN-WS-353-ALL.txt EN-RG-65.txt", code,
           [] { embed_similarity(s); });
  t->add_option("vectors", s.vectors, vectors_help)->required();
  t->add_option("files", s.files, "lines 'word<TAB>word<TAB>score', # comments")->required();
  t->add_option("--oov", s.unknown, "pairs with an unknown word: drop, or zero: a cosine of 0")
      ->capture_default_str()
      ->check(CLI::IsMember({"drop", "zero"}));
  t->add_flag("--exact", s.exact, "capitals matter");
  t->add_flag("--json", s.json, "one JSON object");
}

void add_classes(CLI::App& group, int& code) {
  static EmbedClassesOptions o;
  auto* t = verb(group, "classes", "Words in classes by the direction of their vectors (k-means)",
                 "dlt embed classes vec.bin --classes 500 -o classes.txt", code,
                 [] { embed_classes(o); });
  t->add_option("vectors", o.vectors, vectors_help)->required();
  t->add_option("--classes,-k", o.classes, "how many")->required()->check(integer(1, INT32_MAX));
  t->add_option("--iterations", o.rounds, "rounds of k-means at most")
      ->capture_default_str()
      ->check(integer(1));
  t->add_option("-o,--out", o.out, "file to write instead of standard output");
  t->add_flag("--json", o.json, "one JSON object");
}

void add_convert(CLI::App& group, int& code) {
  static EmbedConvertOptions o;
  auto* t = verb(group, "convert", "Word vectors from one format to another",
                 "dlt embed convert vec.bin -o vec.safetensors", code, [] { embed_convert(o); });
  t->add_option("in", o.in, vectors_help)->required();
  t->add_option("-o,--out", o.out, "file to write")->required();
  t->add_option("--format", o.format,
                "word2vec, word2vec-bin, vec, glove or safetensors; by default what the ending "
                "says (.txt .bin .vec .glove .safetensors), else word2vec");
  t->add_option("--top", o.top, "only the first so many words; 0: all")
      ->capture_default_str()
      ->check(integer(0));
  t->add_flag("--normalize", o.normalize, "vectors of length 1");
}

}  // namespace

void add_embed_use(CLI::App& group, int& code) {
  add_nearest(group, code);
  add_measures(group, code);
  add_classes(group, code);
  add_convert(group, code);
}

}  // namespace dlt::app
