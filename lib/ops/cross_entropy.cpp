#include <algorithm>
#include <numeric>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/gemm.h"
#include "kernels/pointwise.h"
#include "kernels/softmax.h"
#include "ops/ops.h"

namespace dlt::ops {
namespace {

// Checks the targets and returns how many count.
std::int64_t counted(const Indices& target, std::int64_t rows, std::int64_t classes,
                     const Shape& logits) {
  require(target.size() == rows, "cross_entropy: logits {} need {} targets, got {}", logits, rows,
          target.shape());
  std::int64_t count = 0;
  for (std::int32_t t : target.values()) {
    require(t >= ignored && t < classes, "cross_entropy: target {} is not in [0, {})", t, classes);
    count += t == ignored ? 0 : 1;
  }
  require(count > 0, "cross_entropy: every target is ignored");
  return count;
}

Tensor mean_of(const Tensor& losses, std::int64_t count) {
  const auto all = losses.values();
  const double total = std::accumulate(all.begin(), all.end(), 0.0);
  return Tensor::filled({}, static_cast<real>(total / static_cast<double>(count)));
}

void check_head(const Tensor& x, const Tensor& weight, const Tensor& bias, double smoothing) {
  require(weight.shape().rank() == 2 && x.shape().rank() > 0 && x.dim(-1) == weight.dim(1),
          "linear_cross_entropy: input {} does not fit weight {} ([classes, in])", x.shape(),
          weight.shape());
  require(!bias.defined() || bias.shape() == Shape{weight.dim(0)},
          "linear_cross_entropy: bias {} does not fit weight {}",
          bias.defined() ? bias.shape() : Shape{}, weight.shape());
  require(smoothing >= 0 && smoothing < 1, "linear_cross_entropy: smoothing {} is not in [0, 1)",
          smoothing);
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Indices& target) {
  const auto classes = logits.dim(-1), rows = logits.size() / classes;
  const auto count = counted(target, rows, classes, logits.shape());
  Tensor losses = Tensor::uninitialized({rows});
  kernels::cross_entropy(losses.mutable_data(), nullptr, logits.data(), target.data(), 0, 0, rows,
                         classes);
  return autograd::record(
      "cross_entropy", mean_of(losses, count), {logits},
      [logits = logits.detach(), target, rows, classes, count](const Tensor& dy,
                                                               autograd::InputGrads& dx) {
        Tensor gradient = Tensor::uninitialized(logits.shape()), unused = Tensor::zeros({rows});
        kernels::cross_entropy(unused.mutable_data(), gradient.mutable_data(), logits.data(),
                               target.data(), dy.item() / static_cast<real>(count), 0, rows,
                               classes);
        dx.share(0, gradient);
      });
}

// The gradients for an upstream gradient of 1 are made in the forward pass, while each block of
// logits is at hand; backward only scales them.
Tensor linear_cross_entropy(const Tensor& x, const Tensor& weight, const Tensor& bias,
                            const Indices& target, double smoothing) {
  constexpr std::int64_t block = 512;  // rows of logits that exist at one time
  check_head(x, weight, bias, smoothing);
  const auto in = x.dim(-1), rows = x.size() / in, classes = weight.dim(0);
  const auto count = counted(target, rows, classes, x.shape().with_last(classes));
  const std::vector<Tensor> inputs = {x, weight, bias};
  const bool wanted = autograd::records(inputs);
  Tensor losses = Tensor::uninitialized({rows}), dx, dweight, dbias;
  if (wanted) {
    dx = Tensor::uninitialized(x.shape()), dweight = Tensor::uninitialized(weight.shape());
    if (bias.needs_grad()) dbias = Tensor::zeros(bias.shape());
  }

  Tensor logits = Tensor::uninitialized({std::min(block, rows), classes});
  real* z = logits.mutable_data();
  for (std::int64_t r = 0; r < rows; r += block) {
    const auto m = std::min(block, rows - r);
    kernels::gemm(
        z, x.data() + r * in, weight.data(),
        {.m = m, .n = classes, .k = in, .transpose_b = true, .bias = bias.data_or_null()});
    kernels::cross_entropy(losses.mutable_data() + r, wanted ? z : nullptr, z, target.data() + r,
                           1 / static_cast<real>(count), static_cast<real>(smoothing), m, classes);
    if (!wanted) continue;
    kernels::gemm(dx.mutable_data() + r * in, z, weight.data(), {.m = m, .n = in, .k = classes});
    kernels::gemm(dweight.mutable_data(), z, x.data() + r * in,
                  {.m = classes, .n = in, .k = m, .transpose_a = true, .accumulate = r > 0});
    if (dbias.defined()) kernels::add_rows(dbias.mutable_data(), z, m, classes);
  }
  return autograd::record("linear_cross_entropy", mean_of(losses, count), inputs,
                          [gradients = std::vector<Tensor>{dx, dweight, dbias}](
                              const Tensor& dy, autograd::InputGrads& out) {
                            for (std::size_t i = 0; i < gradients.size(); ++i) {
                              const Tensor& gradient = gradients[i];
                              if (!out.wants(i)) continue;
                              if (dy.item() == 1) {
                                out.share(i, gradient);
                              } else {
                                kernels::add_scaled(out[i], gradient.data(), dy.item(),
                                                    gradient.size());
                              }
                            }
                          });
}

}  // namespace dlt::ops
