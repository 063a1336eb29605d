#pragma once

#include <cstdint>

#include "report/svg.h"

namespace dlt::report {

// Keeps a curve of any length in little memory: the first 1000 points, then the lowest and the
// highest of each stretch of x that is 1 % long. x must grow.
class Thinning {
 public:
  void add(double x, double y);
  Points points() const;

 private:
  Points kept_;
  Points stretch_;  // its lowest and highest so far, in order of x
  double end_ = 0;  // of the stretch
  std::pair<double, double> last_{};
};

}  // namespace dlt::report
