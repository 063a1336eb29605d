#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// The layout `bleu`, what sacreBLEU gave: bleu.json, a corpus with its BLEU (13a) and chrF; its
// bleu_zh is not replayed, for it is of segments that are not in the file. bleu_golden.json:
// segments with their 13a tokens, and corpora with options, all numbers of BLEU and signatures.
// Either file may be missing. Numbers are met to 1e-6, the rest exactly.
std::vector<Outcome> replay_bleu(const std::string& dir);

}  // namespace dlt::check
