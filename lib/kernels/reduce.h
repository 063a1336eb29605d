#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// An array [outer, n, inner] seen from its middle axis.
struct Middle {
  Size outer, n, inner;
};

enum class Reduce : std::uint8_t { sum, max, min, prod };
// y [outer, inner] (+)= x [outer, n, inner] reduced over n: in float for stretches of at most 64,
// and in double over those. NaN wins. Of nothing: 0, -infinity, infinity, 1. Scratch is its own.
void reduce(real* y, const real* x, Reduce kind, bool accumulate, const Middle& m) noexcept;

}  // namespace dlt::kernels
