#include "ops/elementwise.h"

#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "ops/broadcast.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Unary;

Tensor map(std::string_view op, const Tensor& x, Unary kind,
           const kernels::Parameters& parameters = {}) {
  return autograd::record(op, mapped(x, kind, parameters), {x},
                          [x = x.detach(), kind, parameters](const Tensor& dy, InputGrads& dx) {
                            const auto [out, accumulate] = dx.slot(0);
                            kernels::map_backward(out, dy.data(), x.data(), kind, parameters,
                                                  accumulate, dy.size());
                          });
}

}  // namespace

Tensor exp(const Tensor& x) { return map("exp", x, Unary::exp); }
Tensor log(const Tensor& x) { return map("log", x, Unary::log); }
Tensor log1p(const Tensor& x) { return map("log1p", x, Unary::log1p); }
Tensor sqrt(const Tensor& x) { return map("sqrt", x, Unary::sqrt); }
Tensor rsqrt(const Tensor& x) { return map("rsqrt", x, Unary::rsqrt); }
Tensor square(const Tensor& x) { return map("square", x, Unary::square); }
Tensor reciprocal(const Tensor& x) { return map("reciprocal", x, Unary::reciprocal); }
Tensor abs(const Tensor& x) { return map("abs", x, Unary::abs); }
Tensor neg(const Tensor& x) { return map("neg", x, Unary::scale, {.a = -1}); }
Tensor sin(const Tensor& x) { return map("sin", x, Unary::sin); }
Tensor cos(const Tensor& x) { return map("cos", x, Unary::cos); }
Tensor tanh(const Tensor& x) { return map("tanh", x, Unary::tanh); }
Tensor erf(const Tensor& x) { return map("erf", x, Unary::erf); }
Tensor sigmoid(const Tensor& x) { return map("sigmoid", x, Unary::sigmoid); }
Tensor relu(const Tensor& x) { return map("relu", x, Unary::relu); }
Tensor relu6(const Tensor& x) { return map("relu6", x, Unary::relu6); }
Tensor silu(const Tensor& x) { return map("silu", x, Unary::silu); }
Tensor softplus(const Tensor& x) { return map("softplus", x, Unary::softplus); }
Tensor softsign(const Tensor& x) { return map("softsign", x, Unary::softsign); }
Tensor elu(const Tensor& x, double alpha) { return map("elu", x, Unary::elu, {.a = alpha}); }
Tensor selu(const Tensor& x) { return map("selu", x, Unary::selu); }
Tensor mish(const Tensor& x) { return map("mish", x, Unary::mish); }
Tensor hardswish(const Tensor& x) { return map("hardswish", x, Unary::hardswish); }
Tensor hardsigmoid(const Tensor& x) { return map("hardsigmoid", x, Unary::hardsigmoid); }

Tensor gelu(const Tensor& x, Gelu form) {
  return map("gelu", x, form == Gelu::erf ? Unary::gelu_erf : Unary::gelu_tanh);
}

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  return map("leaky_relu", x, Unary::leaky_relu, {.a = negative_slope});
}

Tensor clamp(const Tensor& x, double min, double max) {
  require(!std::isnan(min) && !std::isnan(max), "clamp: a bound is not a number");
  return map("clamp", x, Unary::clamp, {.a = min, .b = max});
}

Tensor pow(const Tensor& x, double exponent) {
  require(std::isfinite(exponent), "pow: exponent {} is not finite", exponent);
  return map("pow", x, Unary::pow, {.a = exponent});
}

Tensor scale(const Tensor& x, real factor) {
  return map("scale", x, Unary::scale, {.a = static_cast<double>(factor)});
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
  const auto width = x.dim(-1) / 2, rows = width == 0 ? 0 : x.size() / (2 * width);
  Tensor y = Tensor::uninitialized(x.shape().with_last(width));
  if (rows > 0) kernels::swiglu_forward(y.mutable_data(), x.data(), rows, width);
  return autograd::record(
      "swiglu", y, {x}, [x = x.detach(), rows, width](const Tensor& dy, InputGrads& dx) {
        const auto [out, accumulate] = dx.slot(0);
        if (rows > 0) {
          kernels::swiglu_backward(out, dy.data(), x.data(), accumulate, rows, width);
        }
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
