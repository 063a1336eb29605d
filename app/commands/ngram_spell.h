#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct NgramSpellOptions {
  std::vector<std::string> texts;  // words or lines; none: lines of standard input
  std::string dict, lm;            // a list of words, or a model of words
  std::string errors;              // misspellings to learn the error model from
  std::int64_t edits = 2;          // at most
  std::int64_t top = 0;            // suggestions for each word; 0: 5 for words, lines are corrected
  std::string test;                // misspellings to measure with
  bool verbose = false, json = false;
};
// A text of one word: what may have been meant, best first. Lines: corrected. With `test`: how
// many misspellings have the right word as the first suggestion.
void ngram_spell(const NgramSpellOptions& options);

}  // namespace dlt::app
