#include "verbs.h"

namespace dlt::app {

void add_embed(CLI::App& cli, int& code) {
  auto* group = cli.add_subcommand("embed", "Word vectors: neighbours, analogies, maps, files");
  group->footer("Example:\n  dlt embed nearest runs/brown king");
  group->require_subcommand(1);
  add_embed_use(*group, code);
  add_embed_map(*group, code);
  add_embed_words(*group, code);
}

}  // namespace dlt::app
