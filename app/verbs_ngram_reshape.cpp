#include "verbs.h"

namespace dlt::app {

void add_ngram_reshape(CLI::App& /*group*/, int& /*code*/) {}

}  // namespace dlt::app
