#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct NgramDistanceOptions {
  std::vector<std::string> texts;  // two; with `nearest` one or more; none: standard input
  std::int64_t n = 2;              // length of the n-grams, in characters
  std::string nearest;             // a list of words to look for the nearest in; "": none
  std::int64_t top = 5;            // so many of them
  bool json = false;
};
// The distance of two texts, or of the two on each line of standard input, with a tab between; or
// the nearest words of a list.
void ngram_distance(const NgramDistanceOptions& options);

}  // namespace dlt::app
