#include "optim/adamw.h"

#include <cmath>

#include "kernels/adamw.h"

namespace dlt::optim {

AdamW::AdamW(nn::Params& params, const OptimizerConfig& config) : params_(params), config_(config) {
  add_zeros(state_, "m.", params);
  add_zeros(state_, "v.", params);
}

void AdamW::step(double lr, double grad_scale) {
  const auto t = static_cast<double>(++taken_);
  kernels::AdamWStep s{.beta1 = config_.betas[0],
                       .beta2 = config_.betas[1],
                       .epsilon = config_.eps,
                       .lr = lr,
                       .weight_decay = 0,
                       .grad_scale = grad_scale,
                       .correction1 = 1 - std::pow(config_.betas[0], t),
                       .correction2_root = std::sqrt(1 - std::pow(config_.betas[1], t))};
  for (const auto& [name, param] : params_.all()) {
    if (!param.has_grad()) continue;
    Tensor w = param;
    s.weight_decay = w.shape().rank() < 2 ? 0 : config_.weight_decay;
    kernels::adamw(w.mutable_data(), state_.at("m." + name).mutable_data(),
                   state_.at("v." + name).mutable_data(), w.grad().data(), s, w.size());
  }
}

void AdamW::load(const nn::StateDict& state, std::int64_t steps_taken) {
  load_state(state_, state);
  taken_ = steps_taken;
}

}  // namespace dlt::optim
