#include "verbs.h"

namespace dlt::app {

void add_embed_use(CLI::App& /*group*/, int& /*code*/) {}

}  // namespace dlt::app
