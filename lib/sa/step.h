#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace dlt::sa {

struct Verdict {
  bool holds;
  std::string reason;
};

// The steps a_k = a / (k + b)^c of k = 1, 2, ...; a > 0, b >= 0, c >= 0 (0: a constant step).
class Step {
 public:
  // "1/k", "a/k", "a/(k+b)", "a/(k+b)^c", "a/k^c" or "a", a, b and c numbers. Exit::usage if it is
  // none of these.
  static Step parse(std::string_view text);

  double operator()(std::int64_t k) const { return a_ / divisor(k); }
  double numerator() const { return a_; }
  double divisor(std::int64_t k) const {  // (k + b)^c, exact for c = 1
    const double base = static_cast<double>(k) + b_;
    return c_ == 1 ? base : c_ == 0 ? 1 : std::pow(base, c_);
  }
  bool constant() const { return c_ == 0; }
  bool is_harmonic() const { return a_ == 1 && b_ == 0 && c_ == 1; }  // 1/k
  Step slower(double b) const;  // begins as small as a/(1+b): 1/k -> 1/(k+b), 0.5 -> 0.5/(k+b)

  // The two conditions of Robbins and Monro (1951) on the steps, decided by the integral test.
  Verdict sum_is_infinite() const;           // sum a_k = inf: far enough from anywhere
  Verdict sum_of_squares_is_finite() const;  // sum a_k^2 < inf: the noise dies out

  std::string text() const;  // "1/(k+10)"

 private:
  double a_ = 1, b_ = 0, c_ = 1;
};

}  // namespace dlt::sa
