#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"
#include "ops/ops.h"

namespace dlt::ops {

Tensor sum(const Tensor& x) {
  const double total = parallel_sum(x.size(), 4096, [&](std::int64_t i, std::int64_t end) {
    double part = 0;
    for (; i < end; ++i) part += static_cast<double>(x.data()[i]);
    return part;
  });
  return autograd::record("sum", Tensor::filled({}, static_cast<real>(total)), {x},
                          [n = x.size()](const Tensor& dy, autograd::InputGrads& dx) {
                            real* out = dx[0];
                            for (std::int64_t i = 0; i < n; ++i) out[i] += dy.item();
                          });
}

Tensor mean(const Tensor& x) {
  require(x.size() > 0, "mean: {} has no element", x.shape());
  return scale(sum(x), 1 / static_cast<real>(x.size()));
}

}  // namespace dlt::ops
