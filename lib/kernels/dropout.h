#pragma once

#include "base/rng.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Decides element by element, the same in forward and backward, without a stored mask.
class DropoutMask {
 public:
  DropoutMask(double rate, std::uint64_t key)
      : key_(key),
        threshold_(static_cast<std::uint64_t>(rate * 0x1p32)),
        scale_(static_cast<real>(1 / (1 - rate))) {}

  // What element i is multiplied with: 0 or 1 / (1 - rate).
  real factor(Size i) const {
    return derive(key_, static_cast<std::uint64_t>(i)) >> 32 < threshold_ ? real(0) : scale_;
  }
  std::uint64_t key() const { return key_; }
  std::uint64_t threshold() const { return threshold_; }  // of the upper half of derive(key, i)
  real scale() const { return scale_; }

 private:
  std::uint64_t key_, threshold_;
  real scale_;
};

}  // namespace dlt::kernels
