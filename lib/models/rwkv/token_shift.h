#pragma once

#include <cstdint>

#include "nn/params.h"

// What time and channel mixing have in common: each sees a mixture of a step and the one before.
namespace dlt::models {

// Layer 0 to layers - 1. Later layers begin with more of the step itself and longer memories.
struct Depth {
  std::int64_t layer = 0, layers = 1;

  double from_start() const {  // 0 to 1
    return layers < 2 ? 0 : static_cast<double>(layer) / static_cast<double>(layers - 1);
  }
  double to_end() const { return 1 - static_cast<double>(layer) / static_cast<double>(layers); }
};

// The step before each; zeros before the first. x [batch, time, width].
Tensor shifted(const Tensor& x);
// The same where `last` [1, 1, width] came before x [1, time, width]; it becomes the last of x.
Tensor shifted(const Tensor& x, Tensor& last);

// A share `mu` of each step, the rest of the one before: before + mu (x - before).
class Mixture {
 public:
  Mixture(const Tensor& x, const Tensor& before);
  Tensor operator()(const Tensor& mu) const;

 private:
  Tensor before_, change_;
};

// [1, 1, width]: (i / width)^power + more in channel i (Peng et al. 2023, appendix on starting
// values, and their program).
Tensor time_mix(const nn::Scope& s, std::string_view name, std::int64_t width, double power,
                double more = 0);

}  // namespace dlt::models
