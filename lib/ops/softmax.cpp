#include "kernels/softmax.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/broadcast.h"
#include "ops/norm.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Reduce;
using kernels::Zip;
using kernels::Zip3;

kernels::Middle checked(std::string_view op, const Tensor& x, std::int64_t dim) {
  const kernels::Middle m = middle_of(x.shape(), axis_along(op, x.shape(), dim));
  require(m.n > 0, "{}: nothing to normalize in {}", op, x.shape());
  return m;
}

// Along an axis that is not the last: x as [outer, n, inner], and numbers [outer, 1, inner].
Tensor over_middle(const Tensor& x, Reduce kind) { return reduced(x, {false, true, false}, kind); }

Tensor softmax_of_middle(const Tensor& x) {
  const Tensor e = zipped(x.shape(), x, over_middle(x, Reduce::max), Zip::exp_difference);
  return zipped(x.shape(), e, over_middle(e, Reduce::sum), Zip::div);
}

Tensor log_softmax_of_middle(const Tensor& x) {
  const Tensor top = over_middle(x, Reduce::max);
  const Tensor sums = over_middle(zipped(x.shape(), x, top, Zip::exp_difference), Reduce::sum);
  return zipped(x.shape(), zipped(x.shape(), x, top, Zip::sub), mapped(sums, kernels::Unary::log),
                Zip::sub);
}

// dx (+)= kind(y, dy, level) for [outer, n, inner].
void pull_middle(InputGrads& dx, const Tensor& y, const Tensor& dy, const Tensor& level,
                 Zip3 kind) {
  const auto [out, accumulate] = dx.slot(0);
  kernels::zip(out, y.data(), dy.data(), level.data(), kind, accumulate,
               grid_of(y.shape(), {y.shape(), dy.shape(), level.shape()}));
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim) {
  const kernels::Middle m = checked("softmax", x, dim);
  const Shape middle = {m.outer, m.n, m.inner};
  Tensor y = Tensor::uninitialized(x.shape());
  if (m.inner == 1) {
    kernels::softmax_forward(y.mutable_data(), x.data(), m.outer, m.n);
  } else {
    y = softmax_of_middle(x.reshape(middle)).reshape(x.shape());
  }
  return autograd::record(
      "softmax", y, {x}, [y = y.reshape(middle), m](const Tensor& dy, InputGrads& dx) {
        if (m.inner != 1) {
          const Tensor g = dy.reshape(y.shape());
          const Tensor level = over_middle(zipped(y.shape(), y, g, Zip::mul), Reduce::sum);
          return pull_middle(dx, y, g, level, Zip3::softmax_pull);
        }
        const auto [out, accumulate] = dx.slot(0);
        kernels::softmax_backward(out, dy.data(), y.data(), accumulate, m.outer, m.n);
      });
}

Tensor log_softmax(const Tensor& x, std::int64_t dim) {
  const kernels::Middle m = checked("log_softmax", x, dim);
  const Shape middle = {m.outer, m.n, m.inner};
  Tensor y = Tensor::uninitialized(x.shape());
  if (m.inner == 1) {
    kernels::log_softmax_forward(y.mutable_data(), x.data(), m.outer, m.n);
  } else {
    y = log_softmax_of_middle(x.reshape(middle)).reshape(x.shape());
  }
  return autograd::record(
      "log_softmax", y, {x}, [y = y.reshape(middle), m](const Tensor& dy, InputGrads& dx) {
        if (m.inner != 1) {
          const Tensor g = dy.reshape(y.shape());
          return pull_middle(dx, y, g, over_middle(g, Reduce::sum), Zip3::log_softmax_pull);
        }
        const auto [out, accumulate] = dx.slot(0);
        kernels::log_softmax_backward(out, dy.data(), y.data(), accumulate, m.outer, m.n);
      });
}

}  // namespace dlt::ops
