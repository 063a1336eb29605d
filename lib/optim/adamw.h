#pragma once

#include "optim/optimizer.h"

namespace dlt::optim {

// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it:
// decay before the step, both bias corrections, epsilon beside the root. See kernels/adamw.h.
class AdamW : public Optimizer {
 public:
  AdamW(nn::Params& params, const OptimizerConfig& config);
  void step(double lr, double grad_scale) override;
  const nn::StateDict& state() const override { return state_; }  // "m.<name>", "v.<name>"
  void load(const nn::StateDict& state, std::int64_t steps_taken) override;

 private:
  nn::Params& params_;
  OptimizerConfig config_;
  nn::StateDict state_;
  std::int64_t taken_ = 0;
};

}  // namespace dlt::optim
