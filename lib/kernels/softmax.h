#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// y = softmax over each row of x.
void softmax_forward(real* y, const real* x, Size rows, Size cols) noexcept;
// dx (+)= y (dy - sum_k y_k dy_k)
void softmax_backward(real* dx, const real* dy, const real* y, bool accumulate, Size rows,
                      Size cols) noexcept;

// y = x - max - log sum exp(x - max) over each row.
void log_softmax_forward(real* y, const real* x, Size rows, Size cols) noexcept;
// dx (+)= dy - exp(y) sum_k dy_k
void log_softmax_backward(real* dx, const real* dy, const real* y, bool accumulate, Size rows,
                          Size cols) noexcept;

// Cross entropy of each row against its wanted share t, or 0 where the target is negative; t is
// 1 - smoothing for the target, and smoothing / cols for every class (Szegedy et al. 2016):
// losses [rows] = log sum exp(x) - t . x. If `gradient` is not null it receives
// factor (softmax(x) - t); it may be x itself.
void cross_entropy(real* losses, real* gradient, const real* x, const std::int32_t* targets,
                   real factor, real smoothing, Size rows, Size cols) noexcept;

// One row of causal attention weights in place: p[j] = exp(x[j] - max) for j < used, 0 up to cols.
// Returns the sum; *top is the max.
real exp_row(real* x, real* top, Size used, Size cols) noexcept;
// p[j] = exp(x[j] - shift) for j < used, 0 up to cols.
void exp_row_shifted(real* x, real shift, Size used, Size cols) noexcept;
// g[j] = p[j] (g[j] - level)
void softmax_pull(real* g, const real* p, real level, Size cols) noexcept;
real log_sum_exp(const real* x, Size n) noexcept;
real sum(const real* x, Size n) noexcept;
real dot(const real* a, const real* b, Size n) noexcept;
void scale_row(real* x, real factor, Size n) noexcept;

}  // namespace dlt::kernels
