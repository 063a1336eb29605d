#pragma once

#include <string>
#include <vector>

#include "eval/bleu.h"

namespace dlt::app {

// What `dlt bleu` is to show: both, or only chrF; of all lines together, or of each.
struct BleuCommandOptions {
  std::string hypotheses = "-";         // a file; "-": standard input
  std::vector<std::string> references;  // files
  std::string smoothing = "exp";        // by name, into bleu.smoothing
  eval::BleuOptions bleu;
  eval::ChrfOptions chrf;
  bool only_chrf = false, sentence = false, json = false;
};

// Scores of translations against references, line by line. Exit::data where a file has another
// number of lines or is not UTF-8 (file:line:column).
void bleu(const BleuCommandOptions& options);

}  // namespace dlt::app
