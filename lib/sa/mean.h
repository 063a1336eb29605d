#pragma once

#include <cstdint>

#include "sa/step.h"

namespace dlt::sa {

// The mean of a stream, without keeping it: w_{k+1} = w_k - a_k (w_k - x_k). All sums are carried
// with twice the digits of a double, so that with a_k = 1/k w is the rounded mean of the numbers
// seen so far.
class Mean {
 public:
  Mean(const Step& step, double start) : step_(step), w_{start, 0} {}

  void add(double x);

  std::int64_t count() const { return count_; }
  double w() const { return w_.high + w_.low; }
  double mean() const { return mean_.high + mean_.low; }  // of all numbers, whatever the step
  double variance() const;                                // unbiased; 0 for less than two numbers

 private:
  struct Pair {  // high + low, |low| at most half a unit in the last place of high
    double high, low;
  };
  static void approach(Pair& w, double x, double numerator, double divisor);

  Step step_;
  Pair w_, mean_{0, 0};
  double squares_ = 0, squares_low_ = 0;  // sum of (x - mean)^2, Welford (1962)
  std::int64_t count_ = 0;
};

}  // namespace dlt::sa
