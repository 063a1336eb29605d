#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Mamba's scan over u, delta and y [batch, channels, time]:
// h = exp(delta A) h + delta u B, y = C h + D u (Gu and Dao 2023, section 3).
// Here A is [channels, padded], B and C are [batch, time, padded]: see scan_pack.
struct ScanSize {
  Size batch, channels, states, time;
  Size padded() const;                                  // states, rounded up to whole vectors
  Size groups() const { return (channels + 15) / 16; }  // channels that share a partial sum
};

// x [outer, states, inner] to rows [outer, inner, padded], zeros behind the states.
void scan_pack(real* rows, const real* x, Size outer, Size inner, const ScanSize& n) noexcept;

struct ScanInputs {
  const real *u, *delta, *a, *b, *c, *d;  // d may be null
};
// last [batch, channels, states]: h after the last step.
void scan_forward(real* y, real* last, const ScanInputs& in, const ScanSize& n) noexcept;

// Of du and ddelta, the gradients, added to; of the others, parts whose sum is the gradient:
// a [batch, channels, padded], b and c [batch, groups, time, padded], d [batch, channels].
struct ScanGradients {
  real *u, *delta, *a, *b, *c, *d;  // u, delta: null if not wanted
};
void scan_backward(const ScanGradients& out, const real* dy, const real* dlast,
                   const ScanInputs& in, const ScanSize& n) noexcept;
// dx [outer, states, inner] += the sum of parts [outer, parts, inner, padded] over the parts.
void scan_unpack(real* dx, const real* parts, Size outer, Size count, Size inner,
                 const ScanSize& n) noexcept;

// S4D's kernel and its parameters, one row a channel (Gu et al. 2022, "On the parameterization and
// initialization of diagonal state space models"):
// K[l] = 2 Re sum_n C_n (exp(dt A_n) - 1) / A_n exp(dt A_n l).
struct S4dSize {
  Size channels, states, length;
};
template <class Number>
struct S4dArrays {
  Number *log_dt, *a_re, *a_im, *c_re, *c_im;
};
void s4d_kernel(real* kernel, const S4dArrays<const real>& p, const S4dSize& n) noexcept;
// Adds to the gradients; null ones are not wanted.
void s4d_kernel_backward(const S4dArrays<real>& dp, const real* dkernel,
                         const S4dArrays<const real>& p, const S4dSize& n) noexcept;

}  // namespace dlt::kernels
