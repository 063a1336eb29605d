#include "models/sequential/objective.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/elementwise.h"
#include "ops/loss.h"

namespace dlt::models {
namespace {

double rights(const Tensor& output, const Indices& labels) {
  const std::int64_t classes = output.dim(1);
  double right = 0;
  for (std::int64_t i = 0; i < output.dim(0); ++i) {
    const real* row = output.data() + i * classes;
    right += std::max_element(row, row + classes) - row == labels.data()[i] ? 1 : 0;
  }
  return right;
}

}  // namespace

Objective::Objective(config::Reader& model) {
  model.field("loss", name_, {"cross_entropy", "mse", "l1", "smooth_l1", "huber", "bce"});
  if (name_ == "cross_entropy") model.field("label_smoothing", smoothing_, 0, 1);
}

data::Target Objective::target() const {
  return name_ == "cross_entropy" ? data::Target::classes : data::Target::numbers;
}

void Objective::check_output(const Shape& output, config::Reader& model) const {
  if (output.rank() == 2) return;
  model.fail("layers",
             fmt::format("the loss {} needs [batch, {}] from the last layer, which gives "
                         "{}: put layers.flatten and layers.linear behind it",
                         name_, target() == data::Target::classes ? "classes" : "outputs", output));
}

Tensor Objective::plain_loss(const Tensor& output, const data::ExampleBatch& batch) const {
  if (name_ == "cross_entropy") return ops::cross_entropy(output, batch.labels);
  if (name_ == "mse") return ops::mse_loss(output, batch.targets);
  if (name_ == "l1") return ops::l1_loss(output, batch.targets);
  if (name_ == "smooth_l1") return ops::smooth_l1_loss(output, batch.targets);
  if (name_ == "huber") return ops::huber_loss(output, batch.targets);
  return ops::binary_cross_entropy_with_logits(output, batch.targets);
}

Tensor Objective::smoothed_loss(const Tensor& output, const Indices& labels) const {
  if (smoothing_ == 0) return ops::cross_entropy(output, labels);
  ops::CrossEntropy options;
  options.smoothing = smoothing_;
  return ops::cross_entropy(output, labels, {}, options);
}

Tensor Objective::loss(const Tensor& output, const data::ExampleBatch& batch) const {
  if (target() == data::Target::numbers) return plain_loss(output, batch);
  const Tensor own = smoothed_loss(output, batch.labels);
  if (batch.others.size() == 0) return own;
  const Tensor mixed_in = smoothed_loss(output, batch.others);
  return ops::add(ops::scale(own, batch.keep), ops::scale(mixed_in, 1 - batch.keep));
}

void Objective::add(const Tensor& output, const data::ExampleBatch& batch, Sums& sums) const {
  const auto rows = static_cast<double>(output.dim(0));
  sums.count += rows;
  sums.loss += rows * static_cast<double>(plain_loss(output, batch).item());
  if (target() == data::Target::classes) {
    sums.right += rights(output, batch.labels);
    return;
  }
  const auto width = static_cast<std::size_t>(output.dim(1));
  sums.targets.resize(width);
  sums.targets_squared.resize(width);
  for (std::int64_t i = 0; i < output.size(); ++i) {
    const auto y = static_cast<double>(output.data()[i]);
    const auto t = static_cast<double>(batch.targets.data()[i]);
    const auto column = static_cast<std::size_t>(i) % width;
    sums.right += (y > 0) == (t > 0.5) ? 1 : 0;
    sums.squares += (y - t) * (y - t);
    if (sums.origin.size() < width) sums.origin.push_back(t);
    const double apart = t - sums.origin[column];
    sums.targets[column] += apart;
    sums.targets_squared[column] += apart * apart;
  }
}

train::Metrics Objective::metrics(const Sums& sums) const {
  if (sums.count == 0) return {};
  const std::pair<std::string, double> loss("loss", sums.loss / sums.count);
  if (target() == data::Target::classes) return {loss, {"accuracy", sums.right / sums.count}};
  const double numbers = sums.count * static_cast<double>(sums.targets.size());
  if (name_ == "bce") return {loss, {"accuracy", sums.right / numbers}};
  double spread = 0;  // squares of the targets about their means
  for (std::size_t c = 0; c < sums.targets.size(); ++c) {
    spread += sums.targets_squared[c] - sums.targets[c] * sums.targets[c] / sums.count;
  }
  const double mse = sums.squares / numbers;
  train::Metrics all = {loss, {"mse", mse}, {"rmse", std::sqrt(mse)}};
  if (name_ == "mse") all.erase(all.begin() + 1);  // it is the loss
  if (spread > 0) all.emplace_back("r2", 1 - sums.squares / spread);
  return all;
}

std::vector<std::string_view> Objective::metric_names() const {
  if (target() == data::Target::classes || name_ == "bce") return {"loss", "accuracy"};
  if (name_ == "mse") return {"loss", "rmse", "r2"};
  return {"loss", "mse", "rmse", "r2"};
}

}  // namespace dlt::models
