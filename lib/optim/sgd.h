#pragma once

#include "optim/optimizer.h"

namespace dlt::optim {

// Gradient descent as torch.optim.SGD computes it: with g = gradient + weight_decay w and
// b = momentum b + g, w -= lr b, or w -= lr (g + momentum b) with nesterov (Sutskever et al. 2013).
class Sgd : public Optimizer {
 public:
  Sgd(nn::Params& params, const OptimizerConfig& config);
  void step(double lr, double grad_scale) override;
  const nn::StateDict& state() const override { return state_; }  // "momentum.<name>", or nothing
  void load(const nn::StateDict& state, std::int64_t steps_taken) override;

 private:
  nn::Params& params_;
  OptimizerConfig config_;
  nn::StateDict state_;
};

}  // namespace dlt::optim
