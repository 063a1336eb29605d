#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

struct LongSize {
  Size batch, channels, time;
};

// y_t = sum_s kernel_s u_{t-s}: u and y [batch, channels, time], kernel [channels, time]. Takes
// time^2 steps if it is short, and time log time, by Fourier transforms, if it is long. Then
// `spectra`, of as many numbers as kept_spectra says, receives what the backward pass needs.
Size kept_spectra(const LongSize& n) noexcept;  // 0 if short
void long_convolution(real* y, const real* u, const real* kernel, const LongSize& n,
                      real* spectra = nullptr) noexcept;
// Adds to the gradients; null ones are not wanted.
void long_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                               const real* kernel, const LongSize& n, const real* spectra) noexcept;

// y += skip u, skip [channels], and its gradient: dskip += sum dy u.
void add_skip(real* y, const real* u, const real* skip, const LongSize& n) noexcept;
void skip_backward(real* dskip, const real* dy, const real* u, const LongSize& n) noexcept;

// The two ways, for one channel: rows of u, y, du and dy are `step` apart from sequence to
// sequence.
void direct_convolution(real* y, const real* u, const real* kernel, Size step,
                        const LongSize& n) noexcept;
void direct_convolution_backward(real* du, real* dkernel, const real* dy, const real* u,
                                 const real* kernel, Size step, const LongSize& n) noexcept;
// With spectra [1 + batch, spectrum_size]: of the kernel, then of each row.
Size spectrum_size(Size time) noexcept;
void fourier_convolution(real* y, const real* u, const real* kernel, Size step, const LongSize& n,
                         real* spectra) noexcept;  // may be null: not kept
void fourier_convolution_backward(real* du, real* dkernel, const real* dy, Size step,
                                  const LongSize& n, const real* spectra) noexcept;

}  // namespace dlt::kernels
