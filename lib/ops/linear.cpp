#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/gemm.h"
#include "kernels/pointwise.h"
#include "ops/axes.h"
#include "ops/matmul.h"

namespace dlt::ops {
namespace {

using kernels::Activation;

struct LinearSize {
  std::int64_t rows, in, out;
};

LinearSize check(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  require(x.shape().rank() >= 1 && weight.shape().rank() == 2 && x.dim(-1) == weight.dim(1),
          "linear: input {} does not fit weight {} ([out, in])", x.shape(), weight.shape());
  require(!bias.defined() || bias.shape() == Shape{weight.dim(0)},
          "linear: bias {} does not fit weight {}", bias.defined() ? bias.shape() : Shape{},
          weight.shape());
  const std::size_t last = x.shape().dims().size() - 1;
  result_shape("linear", x.shape().with_last(weight.dim(0)).dims());
  return {middle_of(x.shape(), last).outer, weight.dim(1), weight.dim(0)};
}

// y = x W^T:  dx += dy W,  dW += dy^T x,  dbias += the rows of dy.
void linear_backward(autograd::InputGrads& dx, const Tensor& dy, const Tensor& x, const Tensor& w,
                     const LinearSize& n) {
  if (dx.wants(0)) {
    const auto [out, accumulate] = dx.slot(0);
    kernels::gemm(out, dy.data(), w.data(),
                  {.m = n.rows, .n = n.in, .k = n.out, .accumulate = accumulate});
  }
  if (dx.wants(1)) {
    const auto [out, accumulate] = dx.slot(1);
    kernels::gemm(
        out, dy.data(), x.data(),
        {.m = n.out, .n = n.in, .k = n.rows, .transpose_a = true, .accumulate = accumulate});
  }
  if (dx.wants(2)) kernels::add_rows(dx[2], dy.data(), n.rows, n.out);
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Activation activation) {
  const LinearSize n = check(x, weight, bias);
  std::vector<Tensor> inputs = {x, weight, bias};
  Tensor y = Tensor::uninitialized(x.shape().with_last(n.out)), pre;
  const bool way_back = activation != Activation::none && autograd::records(inputs);
  const bool from_y = activation == Activation::relu;  // which has the slope of what went in
  if (way_back && !from_y) pre = Tensor::uninitialized(y.shape());
  kernels::gemm(y.mutable_data(), x.data(), weight.data(),
                {.m = n.rows,
                 .n = n.out,
                 .k = n.in,
                 .transpose_b = true,
                 .bias = bias.data_or_null(),
                 .activation = activation,
                 .pre = pre.defined() ? pre.mutable_data() : nullptr});
  if (way_back && from_y) pre = y.detach();
  return autograd::record("linear", y, std::move(inputs),
                          [x = x.detach(), w = weight.detach(), pre, n, activation](
                              const Tensor& dy, autograd::InputGrads& dx) {
                            if (activation == Activation::none)
                              return linear_backward(dx, dy, x, w, n);
                            Tensor dpre = Tensor::uninitialized(dy.shape());
                            kernels::activate_backward(dpre.mutable_data(), dy.data(), pre.data(),
                                                       activation, false, dy.size());
                            linear_backward(dx, dpre, x, w, n);
                          });
}

}  // namespace dlt::ops
