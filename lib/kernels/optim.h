#pragma once

#include <array>

#include "base/real.h"
#include "kernels/gemm.h"

// One step of every optimizer on one tensor: raw arrays, one pass over memory, the same bits for
// any number of threads.
namespace dlt::kernels {

struct OptimArrays {
  real* w = nullptr;
  const real* grad = nullptr;
  std::array<real*, 3> state{};  // each kernel says which; null where it has none
  Size size = 0;
};

// What every rule begins and ends with: g = scale grad + l2 w, and w = keep w - change. `l2` is
// decay that goes through the gradient, `keep` = 1 - lr weight_decay is decay beside it
// (Loshchilov and Hutter 2019). `scale` holds clipping and the mean over accumulated parts.
struct Slope {
  double scale = 1;
  double l2 = 0;
  double keep = 1;
};

// state b (null without momentum): b = momentum b + take g, and the change is lr b, or
// lr (g + momentum b) with nesterov (Sutskever et al. 2013).
struct SgdStep {
  Slope slope;
  double lr;
  double momentum = 0;
  double take = 1;  // 1 - dampening
  bool nesterov = false;
};
void sgd(const OptimArrays& a, const SgdStep& s) noexcept;

// state m, v, u (null but for AMSGrad, Reddi et al. 2018, where u = max(u, v) stands for v below):
//   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
//   change = (from_grad g + from_mean m) / (root sqrt(v) + epsilon)
// The factors make it Adam (Kingma and Ba 2015), NAdam (Dozat 2016) or RAdam (Liu et al. 2020).
struct AdamStep {
  Slope slope;
  double beta1, beta2;
  double epsilon;
  double root = 1;
  double from_grad = 0;
  double from_mean;
};
void adam(const OptimArrays& a, const AdamStep& s) noexcept;

// state m, u: m as above, u = max(beta2 u, |g| + epsilon), change = rate m / u.
struct AdamaxStep {
  Slope slope;
  double beta1, beta2;
  double epsilon;
  double rate;  // lr / (1 - beta1^t)
};
void adamax(const OptimArrays& a, const AdamaxStep& s) noexcept;

// state v, mean (null unless centered), b (null without momentum): v = alpha v + (1 - alpha) g^2,
// mean = alpha mean + (1 - alpha) g, x = g / (sqrt(v - mean^2) + epsilon), b = momentum b + x,
// change = lr b, or lr x without b.
struct RmspropStep {
  Slope slope;
  double lr;
  double alpha;
  double epsilon;
  double momentum = 0;
};
void rmsprop(const OptimArrays& a, const RmspropStep& s) noexcept;

// state sum: sum += g^2, change = rate g / (sqrt(sum) + epsilon).
struct AdagradStep {
  Slope slope;
  double rate;
  double epsilon;
};
void adagrad(const OptimArrays& a, const AdagradStep& s) noexcept;

// state v, d: v = rho v + (1 - rho) g^2, x = g sqrt(d + epsilon) / sqrt(v + epsilon),
// d = rho d + (1 - rho) x^2, change = lr x (Zeiler 2012).
struct AdadeltaStep {
  Slope slope;
  double lr;
  double rho;
  double epsilon;
};
void adadelta(const OptimArrays& a, const AdadeltaStep& s) noexcept;

// mean = keep mean + (1 - keep) x
void move_average(real* mean, const real* x, double keep, Size n) noexcept;

// The sum of x^2 in double, the same bits for any number of threads.
double sum_of_squares(const real* x, Size n) noexcept;

}  // namespace dlt::kernels
