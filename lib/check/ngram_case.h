#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// ARPA files (.arpa, .arpa.gz) in a folder, sorted.
std::vector<std::string> arpa_files_in(const std::string& dir);

// The layout `ngram`: ARPA files that KenLM's lmplz made from train.txt with --discount_fallback,
// o3.arpa of order 3, o5_prune00111.arpa of order 5 pruned by those counts; and beside each, for
// test.txt, what its query printed by word (o3.query.txt) and in sum (o3.summary.txt). The same
// models are estimated, the text is scored by the ARPA file and by the binary form. n-grams and
// lengths must be equal, numbers up to 1e-5 in log10, perplexities in 6 digits.
std::vector<Outcome> replay_ngram(const std::string& dir);

// The layout `arpa`: files that must be equal when they have been read and written back, in either
// style and in the binary form, and give the same scores.
std::vector<Outcome> replay_arpa(const std::string& dir);

}  // namespace dlt::check
