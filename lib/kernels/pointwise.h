#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

void add(real* y, const real* a, const real* b, Size n) noexcept;       // y = a + b
void add_scaled(real* y, const real* x, real factor, Size n) noexcept;  // y += factor x

void activate_forward(real* y, const real* x, Activation kind, Size n) noexcept;
// dx (+)= dy f'(x); dx may be dy.
void activate_backward(real* dx, const real* dy, const real* x, Activation kind, bool accumulate,
                       Size n) noexcept;

// x [rows, 2 width] holds gate and up: y [rows, width] = silu(gate) up.
void swiglu_forward(real* y, const real* x, Size rows, Size width) noexcept;
void swiglu_backward(real* dx, const real* dy, const real* x, bool accumulate, Size rows,
                     Size width) noexcept;

// y[i] (+)= x[i] / (1 - rate) where `key` keeps element i, else 0.
void dropout(real* y, const real* x, double rate, std::uint64_t key, bool accumulate,
             Size n) noexcept;

// sums [cols] += the rows of x [rows, cols], in row order for any number of threads.
void add_rows(real* sums, const real* x, Size rows, Size cols) noexcept;

}  // namespace dlt::kernels
