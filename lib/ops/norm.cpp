#include "kernels/norm.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/norm.h"

namespace dlt::ops {
namespace {

bool ends_with(const Shape& shape, const Shape& end) {
  return shape.rank() >= end.rank() &&
         std::equal(end.dims().rbegin(), end.dims().rend(), shape.dims().rbegin());
}

Tensor norm(std::string_view op, const Tensor& x, const Shape& over, const Tensor& weight,
            const Tensor& bias, double epsilon, kernels::Center center) {
  require(over.rank() > 0 && ends_with(x.shape(), over),
          "{}: the last axes of input {} are not the normalized {}", op, x.shape(), over);
  require(over.size() > 0, "{}: nothing to normalize in {}", op, x.shape());
  require(!weight.defined() || weight.shape() == over, "{}: weight {} does not fit normalized {}",
          op, weight.defined() ? weight.shape() : Shape{}, over);
  require(!bias.defined() || bias.shape() == over, "{}: bias {} does not fit normalized {}", op,
          bias.defined() ? bias.shape() : Shape{}, over);
  const kernels::NormSize n{x.size() / over.size(), over.size(), static_cast<real>(epsilon),
                            center};
  Tensor y = Tensor::uninitialized(x.shape()), stats = Tensor::uninitialized({n.rows, 2});
  kernels::norm_forward(y.mutable_data(), stats.mutable_data(), x.data(), weight.data_or_null(),
                        bias.data_or_null(), n);
  return autograd::record(
      op, y, {x, weight, bias},
      [x = x.detach(), w = weight.detach(), stats, n](const Tensor& dy, autograd::InputGrads& dx) {
        kernels::NormGrads grads{};
        if (dx.wants(0)) {
          const auto slot = dx.slot(0);
          grads.dx = slot.data;
          grads.accumulate = slot.accumulate;
        }
        grads.dweight = dx.if_wanted(1);
        grads.dbias = dx.if_wanted(2);
        const auto chunks = (n.rows + kernels::norm_chunk - 1) / kernels::norm_chunk;
        Tensor partial = Tensor::uninitialized({chunks, 2, n.cols});
        grads.partial = partial.mutable_data();
        kernels::norm_backward(grads, dy.data(), x.data(), w.data_or_null(), stats.data(), n);
      });
}

// By the weight's shape, which is the last axis of x.
Shape last_axis(std::string_view op, const Tensor& x, const Tensor& weight) {
  require(x.shape().rank() > 0 && weight.defined() && weight.shape() == Shape{x.dim(-1)},
          "{}: input {} does not fit weight {}", op, x.shape(),
          weight.defined() ? weight.shape() : Shape{});
  return weight.shape();
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& normalized, const Tensor& weight,
                  const Tensor& bias, double epsilon) {
  return norm("layer_norm", x, normalized, weight, bias, epsilon, kernels::Center::yes);
}

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) {
  return layer_norm(x, last_axis("layer_norm", x, weight), weight, bias, epsilon);
}

Tensor rms_norm(const Tensor& x, const Shape& normalized, const Tensor& weight, double epsilon) {
  return norm("rms_norm", x, normalized, weight, {}, epsilon, kernels::Center::no);
}

Tensor rms_norm(const Tensor& x, const Tensor& weight, double epsilon) {
  return rms_norm(x, last_axis("rms_norm", x, weight), weight, epsilon);
}

}  // namespace dlt::ops
