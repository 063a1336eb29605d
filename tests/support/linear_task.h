#pragma once

#include <functional>

#include "train/task.h"

namespace dlt::test {

// The least task there is: y = W x + b fitted to a known map by mean square error, on 4 rows per
// step that are a pure function of the step.
class LinearTask : public train::Task {
 public:
  explicit LinearTask(std::int64_t parts = 1) : parts_(parts) {}

  nn::Params& params() override { return params_; }
  Tensor loss(std::int64_t step, std::int64_t part) override;
  train::Metrics evaluate() override;
  std::int64_t items_per_part() const override { return 4 / parts_; }
  std::string_view item_name() const override { return "rows"; }

  std::function<void(std::int64_t step)> during;  // called while the loss of `step` is computed
  std::int64_t bad_loss_at = 0;                   // this step's loss is not finite
  std::int64_t bad_gradient_at = 0;               // this step's gradient of W is not finite
  std::function<double()> metric;                 // what evaluate() gives in place of the loss
  std::int64_t evaluations = 0;

 private:
  Tensor error(std::uint64_t seed, std::int64_t begin, std::int64_t end, real slope) const;

  std::int64_t parts_;
  nn::Params params_{7};
  Tensor weight_ = params_.create("head.weight", {2, 3}, nn::normal(1));
  Tensor bias_ = params_.create("head.bias", {2}, nn::zeros());
};

}  // namespace dlt::test
