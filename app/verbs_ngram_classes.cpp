#include "verbs.h"

namespace dlt::app {

void add_ngram_classes(CLI::App& /*group*/, int& /*code*/) {}

}  // namespace dlt::app
