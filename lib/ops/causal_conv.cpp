#include "kernels/causal_conv.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/recurrent.h"

namespace dlt::ops {
namespace {

kernels::CausalSize check(const Columns& x, const Tensor& weight, const Tensor& bias,
                          const Tensor& history) {
  const Shape &s = x.x.shape(), &w = weight.shape();
  require(w.rank() == 3 && w.dim(1) == 1 && w.dim(2) > 0,
          "causal_conv: weight {} is not [channels, 1, kernel]", w);
  const std::int64_t channels = w.dim(0);
  require(s.rank() == 3 && x.first >= 0 && x.first + channels <= s.dim(2),
          "causal_conv: x {} from column {} does not hold the {} channels of weight {}", s, x.first,
          channels, w);
  require(!bias.defined() || bias.shape() == Shape{channels},
          "causal_conv: bias {} does not fit weight {}", bias.defined() ? bias.shape() : Shape{},
          w);
  const Shape before{s.dim(0), w.dim(2) - 1, channels};
  require(!history.defined() || history.shape() == before, "causal_conv: history {} is not {}",
          history.defined() ? history.shape() : Shape{}, before);
  return {s.dim(0), s.dim(1), channels, w.dim(2)};
}

}  // namespace

Tensor causal_conv(const Columns& x, const Tensor& weight, const Tensor& bias,
                   const Tensor& history) {
  const kernels::CausalSize n = check(x, weight, bias, history);
  const auto pointers = [first = x.first](const Tensor& all, const Tensor& w, const Tensor& b,
                                          const Tensor& h) {
    return kernels::CausalInputs{
        {all.data() + first, all.dim(2)}, w.data(), b.data_or_null(), h.data_or_null()};
  };
  Tensor y = Tensor::uninitialized({n.batch, n.time, n.channels});
  kernels::causal_conv(y.mutable_data(), pointers(x.x, weight, bias, history), n);
  return autograd::record(
      "causal_conv", y, {x.x, weight, bias},
      [all = x.x.detach(), first = x.first, w = weight.detach(), b = bias.detach(),
       h = history.detach(), n, pointers](const Tensor& dy, autograd::InputGrads& dx) {
        real* own = dx.if_wanted(0);
        kernels::causal_conv_backward({{own == nullptr ? nullptr : own + first, all.dim(2)},
                                       dx.if_wanted(1),
                                       dx.if_wanted(2)},
                                      dy.data(), pointers(all, w, b, h), n);
      });
}

}  // namespace dlt::ops
