#include <numeric>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/loss.h"
#include "ops/loss.h"

namespace dlt::ops {
namespace {

// Targets with -1 for those that do not count, and what each row's loss is multiplied by once the
// row's weight is in it: 1, or 1 / (sum of weights) for the mean, 0 if that sum is 0.
struct Classes {
  Indices target;
  double scale = 1;
};

Classes check(std::string_view op, const Tensor& x, const Indices& target, const Tensor& weight,
              const CrossEntropy& o) {
  require(x.shape().rank() == 2 && x.dim(1) > 0, "{}: input {} is not [rows, classes]", op,
          x.shape());
  require(target.shape() == Shape{x.dim(0)}, "{}: input {} needs targets {}, got {}", op, x.shape(),
          Shape{x.dim(0)}, target.shape());
  require(!weight.defined() || weight.shape() == Shape{x.dim(1)},
          "{}: weight {} does not fit the {} classes of input {}", op,
          weight.defined() ? weight.shape() : Shape{}, x.dim(1), x.shape());
  require(o.smoothing >= 0 && o.smoothing <= 1, "{}: label smoothing {} is not in [0, 1]", op,
          o.smoothing);
  std::vector<std::int32_t> classes(target.values());
  double total = 0;
  for (std::int32_t& t : classes) {
    if (t == o.ignore) {
      t = -1;
      continue;
    }
    require(t >= 0 && t < x.dim(1), "{}: target {} is not in [0, {}), nor the ignored {}", op, t,
            x.dim(1), o.ignore);
    total += weight.defined() ? static_cast<double>(weight.data()[t]) : 1;
  }
  const double scale = o.reduction != Reduction::mean ? 1 : total == 0 ? 0 : 1 / total;
  return {Indices(target.shape(), std::move(classes)), scale};
}

Tensor reduced(const Tensor& losses, Reduction reduction, double scale) {
  if (reduction == Reduction::none) return losses;
  const auto all = losses.values();
  const double total = std::accumulate(all.begin(), all.end(), 0.0);
  return Tensor::filled({}, static_cast<real>(scale == 0 ? 0 : total * scale));
}

// The gradient of each row's loss.
Tensor spread(const Tensor& dy, std::int64_t rows, Reduction reduction, double scale) {
  return reduction == Reduction::none
             ? dy
             : Tensor::filled({rows}, static_cast<real>(scale) * dy.item());
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Indices& target, const Tensor& weight,
                     const CrossEntropy& options) {
  const auto [classes, scale] = check("cross_entropy", logits, target, weight, options);
  const auto rows = logits.dim(0), cols = logits.dim(1);
  const Tensor constant = weight.detach();
  const auto of = [constant, smoothing = static_cast<real>(options.smoothing)](const Indices& c) {
    return kernels::ClassTargets{c.data(), constant.data_or_null(), smoothing};
  };
  Tensor losses = Tensor::uninitialized({rows}), lse = Tensor::uninitialized({rows});
  kernels::class_losses(losses.mutable_data(), lse.mutable_data(), logits.data(), of(classes), rows,
                        cols);
  return autograd::record(
      "cross_entropy", reduced(losses, options.reduction, scale), {logits},
      [x = logits.detach(), lse, classes = classes, of, scale = scale,
       reduction = options.reduction](const Tensor& dy, autograd::InputGrads& dx) {
        const Tensor up = spread(dy, x.dim(0), reduction, scale);
        kernels::class_losses_backward(dx[0], up.data(), x.data(), lse.data(), of(classes),
                                       x.dim(0), x.dim(1));
      });
}

Tensor nll_loss(const Tensor& log_probabilities, const Indices& target, const Tensor& weight,
                const CrossEntropy& options) {
  require(options.smoothing == 0, "nll_loss: label smoothing is for cross_entropy");
  const auto [classes, scale] = check("nll_loss", log_probabilities, target, weight, options);
  const auto rows = log_probabilities.dim(0), cols = log_probabilities.dim(1);
  // Where each row's target is, and minus its weight.
  std::vector<std::pair<std::int64_t, real>> picks;
  Tensor losses = Tensor::zeros({rows});
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int32_t t = classes.values()[static_cast<std::size_t>(r)];
    picks.emplace_back(r * cols + t, t < 0 ? 0 : weight.defined() ? -weight.data()[t] : real(-1));
    if (t >= 0) {
      losses.mutable_data()[r] = picks.back().second * log_probabilities.data()[picks.back().first];
    }
  }
  return autograd::record(
      "nll_loss", reduced(losses, options.reduction, scale), {log_probabilities},
      [picks = std::move(picks), rows, scale = scale, reduction = options.reduction](
          const Tensor& dy, autograd::InputGrads& dx) {
        const Tensor up = spread(dy, rows, reduction, scale);
        real* out = dx[0];
        for (std::size_t r = 0; r < picks.size(); ++r) {
          const auto [place, factor] = picks[r];
          if (factor != 0) out[place] += factor * up.data()[r];
        }
      });
}

}  // namespace dlt::ops
