#include "support/linear_task.h"

#include <limits>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/rng.h"

namespace dlt::test {

Tensor LinearTask::error(std::uint64_t seed, std::int64_t begin, std::int64_t end,
                         real slope) const {
  const Frame frame("layer", "head");
  const real share = real(1) / static_cast<real>(2 * (end - begin));
  Tensor dw = Tensor::zeros({2, 3}), db = Tensor::zeros({2});
  real sum = 0;
  for (std::int64_t r = begin; r < end; ++r) {
    Rng rng(derive(seed, static_cast<std::uint64_t>(r)));
    real x[3];
    for (real& v : x) v = static_cast<real>(rng.normal());
    for (std::int64_t i = 0; i < 2; ++i) {
      const real *w = weight_.data() + 3 * i, target = x[i] - 2 * x[i + 1] + real(0.5);
      const real e = w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + bias_.data()[i] - target;
      sum += e * e * share;
      for (std::int64_t j = 0; j < 3; ++j) dw.mutable_data()[3 * i + j] += 2 * e * x[j] * share;
      db.mutable_data()[i] += 2 * e * share;
    }
  }
  return autograd::record("square_error", Tensor::from({}, {sum * slope}), {weight_, bias_},
                          [dw, db, slope](const Tensor& dy, autograd::InputGrads& dx) {
                            for (std::int64_t i = 0; i < 6; ++i)
                              dx[0][i] += slope * dy.item() * dw.data()[i];
                            for (std::int64_t i = 0; i < 2; ++i)
                              dx[1][i] += dy.item() * db.data()[i];
                          });
}

Tensor LinearTask::loss(std::int64_t step, std::int64_t part) {
  if (during) during(step);
  const std::int64_t rows = 4 / parts_;
  constexpr real infinity = std::numeric_limits<real>::infinity();
  if (step == bad_loss_at) {
    return error(static_cast<std::uint64_t>(step), part * rows, (part + 1) * rows, infinity);
  }
  Tensor loss = error(static_cast<std::uint64_t>(step), part * rows, (part + 1) * rows, 1);
  if (step != bad_gradient_at) return loss;
  return autograd::record("spoil", loss.clone(), {weight_},
                          [](const Tensor&, autograd::InputGrads& dx) { dx[0][0] += infinity; });
}

train::Metrics LinearTask::evaluate() {
  ++evaluations;
  if (metric) return {{"loss", metric()}};
  return {{"loss", static_cast<double>(error(99, 0, 16, 1).item())}};
}

}  // namespace dlt::test
