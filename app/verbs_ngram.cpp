#include "verbs.h"

namespace dlt::app {

void add_ngram(CLI::App& cli, int& code) {
  auto* group = cli.add_subcommand("ngram", "N-gram language models and what they are good for");
  group->footer("Example:\n  dlt ngram score --lm runs/bible \"in the beginning\"");
  group->require_subcommand(1);
  add_ngram_score(*group, code);
  add_ngram_convert(*group, code);
  add_ngram_next(*group, code);
  add_ngram_reshape(*group, code);
  add_ngram_words(*group, code);
  add_ngram_classes(*group, code);
}

}  // namespace dlt::app
