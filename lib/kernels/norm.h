#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

enum class Center : bool { no, yes };  // yes: LayerNorm, no: RMSNorm

struct NormSize {
  Size rows, cols;
  real epsilon;
  Center center;
};

// y = (x - mean) * scale * weight + bias, scale = 1 / sqrt(mean((x - mean)^2) + epsilon); mean is 0
// where center is no, weight and bias may be null. stats [rows, 2] receives mean and scale of each
// row.
void norm_forward(real* y, real* stats, const real* x, const real* weight, const real* bias,
                  const NormSize& n) noexcept;

// How many rows one chunk of norm_backward sums over; partial [chunks, 2, cols] is its scratch.
constexpr Size norm_chunk = 64;

// With u = (x - mean) scale and g = dy weight:
//   dx (+)= scale (g - mean(g) - u mean(g u)), dweight += sum dy u, dbias += sum dy.
// dx, dweight and dbias may be null; partial too if dweight and dbias are.
struct NormGrads {
  real* dx;
  bool accumulate;  // whether to add to dx
  real* dweight;
  real* dbias;
  real* partial;
};
void norm_backward(const NormGrads& grads, const real* dy, const real* x, const real* weight,
                   const real* stats, const NormSize& n) noexcept;

}  // namespace dlt::kernels
