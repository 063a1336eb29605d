#include "sa/mean.h"

namespace dlt::sa {
namespace {

// a + b = sum + error, exactly (Knuth, The Art of Computer Programming 2, 4.2.2).
void two_sum(double a, double b, double& sum, double& error) {
  sum = a + b;
  const double part = sum - a;
  error = (a - (sum - part)) + (b - part);
}

}  // namespace

void Mean::approach(Pair& w, double x, double numerator, double divisor) {
  double gap, gap_low;  // x - w
  two_sum(x, -w.high, gap, gap_low);
  gap_low -= w.low;
  const double scaled = numerator * gap;
  const double scaled_low = std::fma(numerator, gap, -scaled) + numerator * gap_low;
  const double move = scaled / divisor;
  const double move_low = (std::fma(-move, divisor, scaled) + scaled_low) / divisor;
  double sum, low;
  two_sum(w.high, move, sum, low);
  low += w.low + move_low;
  w = {sum + low, 0};
  w.low = low - (w.high - sum);
}

void Mean::add(double x) {
  ++count_;
  approach(w_, x, step_.numerator(), step_.divisor(count_));
  const double before = x - mean();
  approach(mean_, x, 1, static_cast<double>(count_));
  double sum, error;
  two_sum(squares_, before * (x - mean()), sum, error);
  squares_ = sum;
  squares_low_ += error;
}

double Mean::variance() const {
  return count_ < 2 ? 0 : (squares_ + squares_low_) / static_cast<double>(count_ - 1);
}

}  // namespace dlt::sa
