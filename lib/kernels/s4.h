#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// S4's kernel (Gu, Goel and Re 2022) of real systems of `states` conjugate pairs, of each of which
// one is given: x' = A x + B u, y = C x with A = diag(a) - p p^*, by the bilinear rule with steps
// dt: K[l] = C Abar^l Bbar. One row a channel.
//
// K is read off its generating function, by a Fourier transform. Published code takes it on the
// unit circle, where all that follows step `length` is folded into the kernel, and therefore learns
// C (I - Abar^length) in place of C, which belongs to that length alone. Here the circle is so
// much smaller that what follows vanishes (1e-9 of it is left), and arithmetic is in double, which
// has the digits for it: C is C, for any length. This needs Re(a) < 0.
struct S4Size {
  Size channels, states, length;
};
template <class Number>
struct S4Arrays {
  Number *log_dt, *a_re, *a_im, *p_re, *p_im, *b_re, *b_im, *c_re, *c_im;
};
void s4_kernel(real* kernel, const S4Arrays<const real>& p, const S4Size& n) noexcept;
// Adds to the gradients; null ones are not wanted.
void s4_kernel_backward(const S4Arrays<real>& dp, const real* dkernel,
                        const S4Arrays<const real>& p, const S4Size& n) noexcept;

}  // namespace dlt::kernels
