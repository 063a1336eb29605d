#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "ops/ops.h"

namespace dlt::ops {

using autograd::InputGrads;

Tensor add(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "add: shapes differ: {} + {}", a.shape(), b.shape());
  Tensor y = Tensor::uninitialized(a.shape());
  kernels::add(y.mutable_data(), a.data(), b.data(), y.size());
  return autograd::record("add", y, {a, b}, [](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) dx.share(0, dy);
    if (dx.wants(1)) dx.share(1, dy);
  });
}

Tensor mul(const Tensor& a, const Tensor& b) {
  require(a.shape() == b.shape(), "mul: shapes differ: {} * {}", a.shape(), b.shape());
  Tensor y = Tensor::uninitialized(a.shape());
  kernels::multiply(y.mutable_data(), a.data(), b.data(), y.size());
  return autograd::record(
      "mul", y, {a, b}, [a = a.detach(), b = b.detach()](const Tensor& dy, InputGrads& dx) {
        for (std::size_t side : {0u, 1u}) {
          if (!dx.wants(side)) continue;
          const auto [out, accumulate] = dx.slot(side);
          const Tensor& other = side == 0 ? b : a;
          kernels::add_product(out, dy.data(), other.data(), accumulate, dy.size());
        }
      });
}

Tensor scale(const Tensor& x, real factor) {
  Tensor y = Tensor::zeros(x.shape());
  kernels::add_scaled(y.mutable_data(), x.data(), factor, y.size());
  return autograd::record("scale", y, {x}, [factor](const Tensor& dy, InputGrads& dx) {
    kernels::add_scaled(dx[0], dy.data(), factor, dy.size());
  });
}

Tensor activate(const Tensor& x, Activation kind) {
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::activate_forward(y.mutable_data(), x.data(), kind, y.size());
  return autograd::record(
      "activate", y, {x}, [x = x.detach(), kind](const Tensor& dy, InputGrads& dx) {
        const auto [out, accumulate] = dx.slot(0);
        kernels::activate_backward(out, dy.data(), x.data(), kind, accumulate, dy.size());
      });
}

Tensor swiglu(const Tensor& x) {
  require(x.shape().rank() > 0 && x.dim(-1) % 2 == 0,
          "swiglu: the last axis of {} holds gate and up, so its size must be even", x.shape());
  const auto width = x.dim(-1) / 2, rows = x.size() / (2 * width);
  Tensor y = Tensor::uninitialized(x.shape().with_last(width));
  kernels::swiglu_forward(y.mutable_data(), x.data(), rows, width);
  return autograd::record(
      "swiglu", y, {x}, [x = x.detach(), rows, width](const Tensor& dy, InputGrads& dx) {
        const auto [out, accumulate] = dx.slot(0);
        kernels::swiglu_backward(out, dy.data(), x.data(), accumulate, rows, width);
      });
}

Tensor dropout(const Tensor& x, double rate, std::uint64_t key) {
  require(rate >= 0 && rate < 1, "dropout: rate {} is not in [0, 1)", rate);
  if (rate == 0) return x;
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::dropout(y.mutable_data(), x.data(), rate, key, false, y.size());
  return autograd::record("dropout", y, {x}, [rate, key](const Tensor& dy, InputGrads& dx) {
    const auto [out, accumulate] = dx.slot(0);
    kernels::dropout(out, dy.data(), rate, key, accumulate, dy.size());
  });
}

}  // namespace dlt::ops
