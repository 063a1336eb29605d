#include "verbs.h"

namespace dlt::app {

void add_ngram_next(CLI::App& /*group*/, int& /*code*/) {}

}  // namespace dlt::app
