#include "verbs.h"

namespace dlt::app {

void add_ngram_score(CLI::App& /*group*/, int& /*code*/) {}

}  // namespace dlt::app
