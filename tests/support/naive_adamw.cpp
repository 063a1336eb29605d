#include "support/naive_adamw.h"

#include <cmath>

namespace dlt::test {

void naive_adamw(std::vector<double>& w, std::vector<double>& m, std::vector<double>& v,
                 const std::vector<double>& grad, const kernels::AdamWStep& step) {
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double g = step.grad_scale * grad[i];
    w[i] *= 1 - step.lr * step.weight_decay;
    m[i] = step.beta1 * m[i] + (1 - step.beta1) * g;
    v[i] = step.beta2 * v[i] + (1 - step.beta2) * g * g;
    w[i] -= step.lr * (m[i] / step.correction1) /
            (std::sqrt(v[i]) / step.correction2_root + step.epsilon);
  }
}

}  // namespace dlt::test
