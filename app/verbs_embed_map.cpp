#include "command_line.h"
#include "commands/embed_map.h"
#include "commands/embed_onehot.h"
#include "report/scatter.h"
#include "verbs.h"

namespace dlt::app {
namespace {

void add_map(CLI::App& group, int& code) {
  static EmbedMapOptions o;  // filled while the command line is read
  auto* t = verb(group, "map", "A picture of words, near ones near each other",
                 "dlt embed map vec.bin -o map.html --words 500\n"
                 "  dlt embed map vec.bin -o capitals.svg --list capitals.txt --method pca",
                 code, [] { embed_map(o); });
  t->add_option("vectors", o.vectors, "file of word vectors or run folder")->required();
  t->add_option("-o,--out", o.out, "the picture: .svg, or .html to zoom into")->required();
  t->add_option("--words", o.words, "the first so many words")
      ->capture_default_str()
      ->check(integer(4, 5000));
  t->add_option("--list", o.list, "a text file of the words to show instead");
  t->add_option("--method", o.method, "tsne: neighbours stay neighbours; pca: a straight view")
      ->capture_default_str()
      ->check(CLI::IsMember({"tsne", "pca"}));
  t->add_option("--perplexity", o.perplexity, "t-SNE: about how many neighbours count (30)")
      ->check(number(1, 1000));
  t->add_option("--rounds", o.rounds, "of t-SNE")->capture_default_str()->check(integer(1, 100000));
  t->add_option("--classes", o.classes, "colours, by k-means")
      ->capture_default_str()
      ->check(integer(1, report::most_groups));
  t->add_option("--seed", o.seed, "of t-SNE's beginning")->capture_default_str()->check(integer(0));
}

void add_onehot(CLI::App& group, int& code) {
  static EmbedOnehotOptions o;
  auto* t = verb(group, "onehot-check",
                 "That looking a row up is a product with a one-hot vector, and what each costs",
                 "dlt embed onehot-check --vocab 6 --dim 4", code, [] { return embed_onehot(o); });
  const auto option = [t](const char* name, std::int64_t& value, const char* what,
                          std::int64_t most) {
    t->add_option(name, value, what)->capture_default_str()->check(integer(1, most));
  };
  option("--vocab", o.settings.vocab, "rows of the table", 100'000);
  option("--dim", o.settings.dim, "numbers in a row", 10'000);
  option("--batch", o.settings.batch, "ids looked up", 10'000);
  t->add_option("--seed", o.settings.seed, "of the numbers")->capture_default_str();
  t->add_flag("--json", o.json, "one JSON object");
}

}  // namespace

void add_embed_map(CLI::App& group, int& code) {
  add_map(group, code);
  add_onehot(group, code);
}

}  // namespace dlt::app
