#include "kernels/norm.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/ops.h"

namespace dlt::ops {
namespace {

Tensor norm(std::string_view op, const Tensor& x, const Tensor& weight, const Tensor& bias,
            double epsilon, kernels::Center center) {
  require(x.shape().rank() > 0 && weight.shape() == Shape{x.dim(-1)},
          "{}: input {} does not fit weight {}", op, x.shape(), weight.shape());
  require(!bias.defined() || bias.shape() == weight.shape(), "{}: bias {} does not fit weight {}",
          op, bias.defined() ? bias.shape() : Shape{}, weight.shape());
  const kernels::NormSize n{x.size() / x.dim(-1), x.dim(-1), static_cast<real>(epsilon), center};
  Tensor y = Tensor::uninitialized(x.shape()), stats = Tensor::uninitialized({n.rows, 2});
  kernels::norm_forward(y.mutable_data(), stats.mutable_data(), x.data(), weight.data(),
                        bias.defined() ? bias.data() : nullptr, n);

  std::vector<Tensor> inputs = {x, weight};
  if (bias.defined()) inputs.push_back(bias);
  return autograd::record(
      op, y, std::move(inputs),
      [x = x.detach(), w = weight.detach(), stats, n, has_bias = bias.defined()](
          const Tensor& dy, autograd::InputGrads& dx) {
        kernels::NormGrads grads{};
        if (dx.wants(0)) {
          const auto slot = dx.slot(0);
          grads.dx = slot.data;
          grads.accumulate = slot.accumulate;
        }
        if (dx.wants(1)) grads.dweight = dx[1];
        if (has_bias && dx.wants(2)) grads.dbias = dx[2];
        const auto chunks = (n.rows + kernels::norm_chunk - 1) / kernels::norm_chunk;
        Tensor partial = Tensor::uninitialized({chunks, 2, n.cols});
        grads.partial = partial.mutable_data();
        kernels::norm_backward(grads, dy.data(), x.data(), w.data(), stats.data(), n);
      });
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) {
  return norm("layer_norm", x, weight, bias, epsilon, kernels::Center::yes);
}

Tensor rms_norm(const Tensor& x, const Tensor& weight, double epsilon) {
  return norm("rms_norm", x, weight, {}, epsilon, kernels::Center::no);
}

}  // namespace dlt::ops
