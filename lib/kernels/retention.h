#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Retention (Sun et al. 2023, section 2.1), head by head:
//   S_t = gamma S_t-1 + k_t^T v_t,  y_t = q_t S_t / sqrt(width).
// q, k [batch, time, heads * width], v, y [batch, time, heads * value_width]; gamma [heads]; a
// state S [batch, heads, width, value_width]. Computed by chunks of steps (section 2.3): inside of
// one a decayed q k^T v, between them S.
struct RetentionSize {
  Size batch, time, heads, width, value_width;
};
struct RetentionInputs {
  const real *q, *k, *v, *gamma;
  const real* start;  // a state; null: zeros
};
void retention_forward(real* y, real* last, const RetentionInputs& in,
                       const RetentionSize& n) noexcept;

struct RetentionGradients {  // added to; null: not wanted
  real *q, *k, *v, *start;
};
void retention_backward(const RetentionGradients& out, const real* dy, const real* dlast,
                        const RetentionInputs& in, const RetentionSize& n) noexcept;

}  // namespace dlt::kernels
