#pragma once

#include <string>
#include <vector>

namespace dlt::app {

struct NgramSegmentOptions {
  std::vector<std::string> texts;  // none: lines of standard input
  std::string dict, lm;            // a list of words, or a model of words
  std::string separator = " ";     // put between words
  std::string test;                // a file of lines with blanks between words, to measure against
  bool json = false;
};
// Prints each text with its words apart; with `test`, how well they are found.
void ngram_segment(const NgramSegmentOptions& options);

}  // namespace dlt::app
