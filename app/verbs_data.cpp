#include "command_line.h"
#include "commands/data_check.h"
#include "commands/data_make.h"
#include "commands/data_shapes.h"
#include "data/shapes.h"
#include "verbs.h"

namespace dlt::app {
namespace {

constexpr std::int64_t longest = 1 << 24, most_ids = 1 << 20;

void output_options(CLI::App* sub, DataMakeOptions& o) {
  sub->add_option("--count", o.count, "sequences")->capture_default_str()->check(integer(1));
  sub->add_option("--seed", o.seed, "of what is drawn")->capture_default_str()->check(integer(0));
  sub->add_option("--out", o.out, "the file to write, a sequence a line")->required();
}

void length_option(CLI::App* sub, std::int64_t& length, std::int64_t least, const char* what) {
  sub->add_option("--length", length, what)->capture_default_str()->check(integer(least, longest));
}

void add_shapes(CLI::App& make, int& code) {
  static ShapesOptions o;
  auto* t =
      verb(make, "shapes", "Pictures of shapes, with a class, boxes and a class for each pixel",
           "dlt data make shapes --count 2000 --size 64 --out shapes", code, [] { data_make(o); });
  t->add_option("--count", o.count, "pictures")->capture_default_str()->check(integer(1, 1000000));
  t->add_option("--size", o.size, "pixels of a side")
      ->capture_default_str()
      ->check(integer(data::shapes::least_size, 4096));
  t->add_option("--most", o.most, "shapes in one picture")
      ->capture_default_str()
      ->check(integer(1, 20));
  t->add_option("--seed", o.seed, "of what is drawn")->capture_default_str()->check(integer(0));
  t->add_option("--out", o.out, "the folder to make: images/, masks/, labels.csv, boxes.json")
      ->required();
}

void add_check(CLI::App& group, int& code) {
  static DataCheckOptions o;
  auto* t =
      verb(group, "check", "What a config's data are, and every file that cannot be read",
           "dlt data check configs/smoke/cnn-fashion.json", code, [] { return data_check(o); });
  t->add_option("config", o.config, "a config file with data of pictures or rows")->required();
  set_option(t, o.sets);
  t->add_flag("--json", o.json, "as JSON");
}

}  // namespace

void add_data(CLI::App& cli, int& code) {
  static ListOpsOptions l;  // filled while the command line is read
  static CopyOptions c;
  static InductionOptions n;
  auto* group = cli.add_subcommand("data", "Make data sets, look at them");
  group->footer("Example:\n  dlt data make induction --length 16384 --count 64 --out long.tsv");
  group->require_subcommand(1);
  auto* make = group->add_subcommand("make", "Made-up sequences and pictures");
  make->footer("Example:\n  dlt data make listops --length 100 --count 5000 --out listops.tsv");
  make->require_subcommand(1);
  add_shapes(*make, code);
  add_check(*group, code);

  auto* t = verb(*make, "listops", "Nested lists of digits and their values",
                 "dlt data make listops --length 100 --count 5000 --out listops.tsv", code,
                 [] { data_make(l); });
  length_option(t, l.length, 4, "most tokens of an expression");
  t->add_option("--min-length", l.min_length, "least tokens (default: a quarter of --length)")
      ->check(integer(1));
  t->add_option("--depth", l.depth, "lists within one another")
      ->capture_default_str()
      ->check(integer(1, 1000));
  t->add_option("--arguments", l.arguments, "most of a list")
      ->capture_default_str()
      ->check(integer(2, 1000));
  output_options(t, l);

  t = verb(*make, "selective-copy", "Tokens among noise, to be said in order at the end",
           "dlt data make selective-copy --length 1024 --tokens 16 --out copy.tsv", code,
           [] { data_make(c); });
  length_option(t, c.task.length, 1, "steps before the end");
  t->add_option("--tokens", c.task.tokens, "among them")
      ->capture_default_str()
      ->check(integer(1, longest));
  t->add_option("--vocabulary", c.task.vocabulary, "ids, those of noise and end with them")
      ->capture_default_str()
      ->check(integer(3, most_ids));
  output_options(t, c);

  t = verb(*make, "induction", "What stood behind a token when it was last seen",
           "dlt data make induction --length 16384 --count 64 --out long.tsv", code,
           [] { data_make(n); });
  length_option(t, n.task.length, 3, "steps");
  t->add_option("--vocabulary", n.task.vocabulary, "ids, that of the token with them")
      ->capture_default_str()
      ->check(integer(2, most_ids));
  output_options(t, n);
}

}  // namespace dlt::app
