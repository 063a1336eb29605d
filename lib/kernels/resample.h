#pragma once

#include <span>

#include "kernels/gemm.h"

namespace dlt::kernels {

// One axis of `in` elements turned into one of `out`: element j is the sum over its `taps` (1, 2 or
// 4) of weight[j, t] times element index[j, t].
struct Resampled {
  Size in, out, taps;
  const std::int32_t* index;
  const real* weight;
};

// Planes with one to three axes, each resampled: y [planes, outs...] = x [planes, ins...].
void resample(real* y, const real* x, Size planes, std::span<const Resampled> axes) noexcept;
// dx [planes, ins...] += what belongs to it of dy [planes, outs...].
void resample_backward(real* dx, const real* dy, Size planes,
                       std::span<const Resampled> axes) noexcept;

}  // namespace dlt::kernels
