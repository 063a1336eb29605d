#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// The layout `bleu`, what sacreBLEU gave: bleu.json, a corpus with BLEU (13a and zh), its parts and
// chrF; bleu_golden.json, segments with their 13a tokens, and corpora with options, all numbers of
// BLEU and signatures. Either file may be missing. Scores are met to 1e-6, the rest exactly.
std::vector<Outcome> replay_bleu(const std::string& dir);

}  // namespace dlt::check
