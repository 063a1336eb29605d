#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct GrowthOptions {
  std::vector<std::string> configs;
  std::vector<std::string> sets;
  std::vector<std::int64_t> lengths;
  bool generate = false;  // time tokens, this many after the first, in place of training steps
  double seconds = 5;     // that training steps of a length are timed for, two at least
  std::string out;        // an SVG file; empty: none
  bool json = false;
};
// Time and memory of training steps on made-up data by the length of their sequences, or of
// generated tokens by their number.
void growth(const GrowthOptions& options);

}  // namespace dlt::app
