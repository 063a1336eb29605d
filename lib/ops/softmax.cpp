#include "kernels/softmax.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/ops.h"

namespace dlt::ops {

Tensor softmax(const Tensor& x, std::int64_t dim) {
  require(dim == -1 || dim == x.shape().rank() - 1, "softmax: axis {} is not the last of {}", dim,
          x.shape());
  require(x.shape().rank() > 0 && x.dim(-1) > 0, "softmax: nothing to normalize in {}", x.shape());
  const auto cols = x.dim(-1), rows = x.size() / cols;
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::softmax_forward(y.mutable_data(), x.data(), rows, cols);
  return autograd::record(
      "softmax", y, {x}, [y = y.detach(), rows, cols](const Tensor& dy, autograd::InputGrads& dx) {
        const auto [out, accumulate] = dx.slot(0);
        kernels::softmax_backward(out, dy.data(), y.data(), accumulate, rows, cols);
      });
}

}  // namespace dlt::ops
