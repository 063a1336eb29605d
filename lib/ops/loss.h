#pragma once

#include <cstdint>

#include "tensor/tensor.h"

// Losses. A reduction other than `none` gives a scalar; the mean of nothing (no elements, every
// target ignored, or weights that sum to 0) is 0, with no gradient.
namespace dlt::ops {

enum class Reduction : std::uint8_t { none, mean, sum };

// Mean over rows of -log softmax(logits)[target]. logits [..., classes], target [...]. Rows whose
// target is `ignored` (-1) do not count.
constexpr std::int32_t ignored = -1;
Tensor cross_entropy(const Tensor& logits, const Indices& target);
// cross_entropy(linear(x, weight, bias), target) block by block: the logits are never stored as a
// whole. Every class is wanted with smoothing / classes, and the target with what is left of 1
// (Szegedy et al. 2016). The bias may be undefined.
Tensor linear_cross_entropy(const Tensor& x, const Tensor& weight, const Tensor& bias,
                            const Indices& target, double smoothing = 0);
inline Tensor linear_cross_entropy(const Tensor& x, const Tensor& weight, const Indices& target) {
  return linear_cross_entropy(x, weight, {}, target);
}

struct CrossEntropy {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore = -100;  // rows with this target do not count
  double smoothing = 0;        // epsilon / classes on every class (Szegedy et al. 2016)
};
// logits [rows, classes], target [rows]; weight [classes], if defined, multiplies each row by that
// of its target, and the mean is over the weights. Logits alone have a gradient.
Tensor cross_entropy(const Tensor& logits, const Indices& target, const Tensor& weight,
                     const CrossEntropy& options);
// The same from log probabilities; without smoothing.
Tensor nll_loss(const Tensor& log_probabilities, const Indices& target, const Tensor& weight,
                const CrossEntropy& options);

// Of two tensors of one shape; both may have gradients.
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);
// d^2 / (2 beta) where |d| < beta, else |d| - beta / 2.
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, double beta = 1,
                      Reduction reduction = Reduction::mean);
// d^2 / 2 where |d| < delta, else delta (|d| - delta / 2).
Tensor huber_loss(const Tensor& x, const Tensor& target, double delta = 1,
                  Reduction reduction = Reduction::mean);
// The losses below take the target as constant.
// -target log sigmoid(x) - (1 - target) log(1 - sigmoid(x))
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        Reduction reduction = Reduction::mean);
enum class KlReduction : std::uint8_t { none, mean, sum, batch_mean };
// target (log target - x), x being log probabilities; 0 where target is 0.
Tensor kl_div(const Tensor& x, const Tensor& target, KlReduction reduction = KlReduction::mean);
// alpha_t (1 - p_t)^gamma times the binary cross entropy (Lin et al. 2017); alpha < 0: unweighted.
Tensor sigmoid_focal_loss(const Tensor& x, const Tensor& target, double alpha = 0.25,
                          double gamma = 2, Reduction reduction = Reduction::none);

}  // namespace dlt::ops
