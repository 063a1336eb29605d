#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// One step of AdamW (Loshchilov and Hutter 2019, algorithm 2), the numbers that all elements share.
struct AdamWStep {
  double beta1, beta2, epsilon;
  double lr;
  double weight_decay;
  double grad_scale;            // the gradient counts this often: clipping, mean over accumulation
  double correction1 = 1;       // 1 - beta1^t
  double correction2_root = 1;  // sqrt(1 - beta2^t)
};

// With g = grad_scale grad:
//   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
//   w = w (1 - lr weight_decay) - lr / correction1 * m / (sqrt(v) / correction2_root + epsilon)
// in one pass; the same bits for any number of threads.
void adamw(real* w, real* m, real* v, const real* grad, const AdamWStep& step, Size n) noexcept;

// The sum of x^2 in double, the same bits for any number of threads.
double sum_of_squares(const real* x, Size n) noexcept;

}  // namespace dlt::kernels
