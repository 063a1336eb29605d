#pragma once

#include <string>

namespace dlt::check {

// What replaying one reference case showed.
struct Outcome {
  std::string name;
  bool passed = false;
  double error = 0;    // the largest, as the layout measures it; 1 where only equality counts
  std::string detail;  // where the first difference is; empty if it passed
};

}  // namespace dlt::check
