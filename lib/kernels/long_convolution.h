#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

struct LongSize {
  Size batch, channels, time;
};

// y_t = sum_s kernel_s u_{t-s}: u and y [batch, channels, time], kernel [channels, time]. Takes
// time^2 steps if it is short, and time log time, by Fourier transforms, if it is long.
void long_convolution(real* y, const real* u, const real* kernel, const LongSize& n) noexcept;
// Adds to the gradients; null ones are not wanted.
void long_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                               const real* kernel, const LongSize& n) noexcept;

// y += skip u, skip [channels], and its gradient: dskip += sum dy u.
void add_skip(real* y, const real* u, const real* skip, const LongSize& n) noexcept;
void skip_backward(real* dskip, const real* dy, const real* u, const LongSize& n) noexcept;

// The two ways, for one channel: rows of u, y, du and dy are `step` apart from sequence to
// sequence.
void direct_convolution(real* y, const real* u, const real* kernel, Size step,
                        const LongSize& n) noexcept;
void direct_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                                 const real* kernel, Size step, const LongSize& n) noexcept;
void fourier_convolution(real* y, const real* u, const real* kernel, Size step,
                         const LongSize& n) noexcept;
void fourier_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                                  const real* kernel, Size step, const LongSize& n) noexcept;

}  // namespace dlt::kernels
