#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct GradflowOptions {
  std::vector<std::string> runs;
  std::string out;  // an SVG file; empty: none
  std::string checkpoint = "best";
  std::string data;  // empty: what each run held out
  std::int64_t windows = 64;
  bool json = false;
};
// Prints, and draws, the norm of d loss / d embedding by the distance between the two.
void gradflow(const GradflowOptions& options);

}  // namespace dlt::app
