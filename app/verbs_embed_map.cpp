#include "verbs.h"

namespace dlt::app {

void add_embed_map(CLI::App& /*group*/, int& /*code*/) {}

}  // namespace dlt::app
