#pragma once

#include "kernels/selective_scan.h"

namespace dlt::kernels {

// y_t = silu(bias + sum_k weight_k x_(t - kernel + 1 + k)), every channel by itself.
struct CausalSize {
  Size batch, time, channels, kernel;

  Size block() const { return kernel < 64 ? 64 : kernel; }  // steps that share a partial sum
  Size blocks() const { return (time + block() - 1) / block(); }
};
struct CausalInputs {
  Spaced<const real> x;  // [batch, time] rows of channels
  const real* weight;    // [channels, kernel]
  const real* bias;      // [channels]; null: 0
  const real* history;   // [batch, kernel - 1, channels]: x before the first step; null: 0
};
void causal_conv(real* y, const CausalInputs& in, const CausalSize& n) noexcept;

// All are added to; null ones are not wanted.
struct CausalGradients {
  Spaced<real> x;  // rows as those of x
  real *weight, *bias;
};
void causal_conv_backward(const CausalGradients& out, const real* dy, const CausalInputs& in,
                          const CausalSize& n) noexcept;

}  // namespace dlt::kernels
