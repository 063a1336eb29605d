#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// RWKV-4's average of values (Peng et al. 2023, equation 14), each channel on its own:
//   y_t = (A_t + e^(u + k_t) v_t) / (B_t + e^(u + k_t)),
//   A_t+1 = e^w A_t + e^(k_t) v_t,  B_t+1 = e^w B_t + e^(k_t),
// k, v, y [batch, time, channels]; w and u [channels]. A state [batch, 3, channels] is a, b and m
// with A = e^m a and B = e^m b: m is the largest exponent so far, so that nothing overflows.
struct WkvSize {
  Size batch, time, channels;
};
struct WkvInputs {
  const real *k, *v, *w, *u;
  const real* start;  // a state; null: nothing read
};
void wkv_forward(real* y, real* last, const WkvInputs& in, const WkvSize& n) noexcept;

// Of dk and dv, the gradients, added to; of w and u, parts [batch, channels] whose sum is the
// gradient. The start is held fast.
struct WkvGradients {
  real *k, *v;  // null: not wanted
  real *w, *u;
};
void wkv_backward(const WkvGradients& out, const real* dy, const WkvInputs& in,
                  const WkvSize& n) noexcept;

}  // namespace dlt::kernels
