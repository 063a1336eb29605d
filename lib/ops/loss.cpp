#include "ops/loss.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/loss.h"

namespace dlt::ops {
namespace {

using kernels::ElementLoss;
using kernels::Loss;

enum class Target : bool { constant, has_gradient };

// `over` is what the sum is divided by: 0 gives a loss of 0.
struct Scale {
  Reduction reduction;
  double over = 1;
};

// The gradient by the target of a loss that depends on their difference is that by x, negated.
Tensor element_loss(std::string_view op, const Tensor& x, const Tensor& target, Scale scale,
                    const ElementLoss& loss, Target kind) {
  require(x.shape() == target.shape(), "{}: input {} and target {} are not of one shape", op,
          x.shape(), target.shape());
  const bool each = scale.reduction == Reduction::none;
  const double factor = each ? 1 : scale.over > 0 ? 1 / scale.over : 0;
  Tensor y = Tensor::uninitialized(each ? x.shape() : Shape{});
  if (each) {
    kernels::element_losses(y.mutable_data(), x.data(), target.data(), loss, x.size());
  } else {
    const double sum = kernels::element_loss_sum(x.data(), target.data(), loss, x.size());
    *y.mutable_data() = static_cast<real>(factor == 0 ? 0 : sum * factor);
  }
  std::vector<Tensor> inputs = {x};
  if (kind == Target::has_gradient) inputs.push_back(target);
  return autograd::record(op, y, std::move(inputs),
                          [x = x.detach(), target = target.detach(), loss, factor, each, kind](
                              const Tensor& dy, autograd::InputGrads& dx) {
                            const auto f = static_cast<real>(factor) * (each ? 1 : dy.item());
                            const real* up = each ? dy.data() : nullptr;
                            for (std::size_t i = 0; i <= static_cast<std::size_t>(kind); ++i) {
                              if (!dx.wants(i)) continue;
                              kernels::element_loss_backward(dx[i], up, i == 0 ? f : -f, x.data(),
                                                             target.data(), loss, x.size());
                            }
                          });
}

Scale scale_of(Reduction reduction, const Tensor& x) {
  return {reduction, reduction == Reduction::mean ? static_cast<double>(x.size()) : 1};
}

}  // namespace

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return element_loss("mse_loss", x, target, scale_of(reduction, x), {.kind = Loss::mse},
                      Target::has_gradient);
}

Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return element_loss("l1_loss", x, target, scale_of(reduction, x), {.kind = Loss::l1},
                      Target::has_gradient);
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, double beta, Reduction reduction) {
  require(beta >= 0, "smooth_l1_loss: beta {} is negative", beta);
  const auto kind = beta == 0 ? Loss::l1 : Loss::smooth_l1;
  return element_loss("smooth_l1_loss", x, target, scale_of(reduction, x),
                      {.kind = kind, .knee = static_cast<real>(beta)}, Target::has_gradient);
}

Tensor huber_loss(const Tensor& x, const Tensor& target, double delta, Reduction reduction) {
  require(delta > 0, "huber_loss: delta {} is not above 0", delta);
  return element_loss("huber_loss", x, target, scale_of(reduction, x),
                      {.kind = Loss::huber, .knee = static_cast<real>(delta)},
                      Target::has_gradient);
}

Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        Reduction reduction) {
  return element_loss("binary_cross_entropy_with_logits", x, target, scale_of(reduction, x),
                      {.kind = Loss::cross_entropy}, Target::constant);
}

Tensor kl_div(const Tensor& x, const Tensor& target, KlReduction reduction) {
  Scale scale{Reduction::sum};
  if (reduction == KlReduction::none) scale.reduction = Reduction::none;
  if (reduction == KlReduction::mean) scale = scale_of(Reduction::mean, x);
  if (reduction == KlReduction::batch_mean) {
    scale.over = x.shape().rank() == 0 ? 1 : static_cast<double>(x.dim(0));
  }
  return element_loss("kl_div", x, target, scale, {.kind = Loss::kl}, Target::constant);
}

Tensor sigmoid_focal_loss(const Tensor& x, const Tensor& target, double alpha, double gamma,
                          Reduction reduction) {
  require(gamma >= 0, "sigmoid_focal_loss: gamma {} is negative", gamma);
  return element_loss(
      "sigmoid_focal_loss", x, target, scale_of(reduction, x),
      {.kind = Loss::focal, .alpha = static_cast<real>(alpha), .gamma = static_cast<real>(gamma)},
      Target::constant);
}

}  // namespace dlt::ops
