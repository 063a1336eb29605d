#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct PredictOptions {
  std::string run;
  std::string checkpoint = "best";  // or last, or a step
  std::vector<std::string> texts;   // none: lines of standard input
  std::int64_t top = 1;             // classes to show
  bool json = false;
};
// Prints the likeliest classes of each text with their probabilities.
void predict(const PredictOptions& options);

}  // namespace dlt::app
