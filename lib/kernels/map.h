#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Functions of one variable; see ops/elementwise.h. In groups: unary-inl.h relies on their order.
enum class Unary : std::uint8_t {
  exp,
  log,
  log1p,
  sqrt,
  rsqrt,
  square,
  reciprocal,
  abs,
  sin,
  cos,
  erf,
  pow,
  scale,
  relu,
  relu6,
  leaky_relu,
  hardswish,
  hardsigmoid,
  clamp,
  tanh,
  sigmoid,
  silu,
  softplus,
  softsign,
  elu,
  selu,
  mish,
  gelu_erf,
  gelu_tanh,
};

// Of kinds that have some: exponent, factor, slope or alpha in `a`; the bounds a <= x <= b.
struct Parameters {
  double a = 0, b = 0;
};

void map_forward(real* y, const real* x, Unary kind, const Parameters& p, Size n) noexcept;
// dx (+)= dy f'(x); dx may be dy.
void map_backward(real* dx, const real* dy, const real* x, Unary kind, const Parameters& p,
                  bool accumulate, Size n) noexcept;

}  // namespace dlt::kernels
