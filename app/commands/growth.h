#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct GrowthOptions {
  std::vector<std::string> configs;
  std::vector<std::string> sets;
  std::vector<std::int64_t> lengths;
  double seconds = 5;  // that each point is timed for, at least a step
  std::string out;     // an SVG file; empty: none
  bool json = false;
};
// Time and memory of training steps on made-up data, by the length of their sequences.
void growth(const GrowthOptions& options);

}  // namespace dlt::app
