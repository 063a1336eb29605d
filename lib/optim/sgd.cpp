#include "optim/sgd.h"

#include "base/parallel.h"

namespace dlt::optim {

Sgd::Sgd(nn::Params& params, const OptimizerConfig& config) : params_(params), config_(config) {
  if (config_.momentum > 0) add_zeros(state_, "momentum.", params);
}

void Sgd::step(double lr, double grad_scale) {
  const auto rate = static_cast<real>(lr), scale = static_cast<real>(grad_scale);
  const auto momentum = static_cast<real>(config_.momentum);
  for (const auto& [name, param] : params_.all()) {
    if (!param.has_grad()) continue;
    Tensor t = param;
    const Tensor grad = t.grad();
    const auto decay = static_cast<real>(t.shape().rank() < 2 ? 0 : config_.weight_decay);
    real* w = t.mutable_data();
    const real* g = grad.data();
    real* b = momentum > 0 ? state_.at("momentum." + name).mutable_data() : nullptr;
    parallel_for(t.size(), 16384, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const real slope = g[i] * scale + decay * w[i];
        if (b != nullptr) b[i] = momentum * b[i] + slope;
        const real way = b == nullptr ? slope : config_.nesterov ? slope + momentum * b[i] : b[i];
        w[i] -= rate * way;
      }
    });
  }
}

void Sgd::load(const nn::StateDict& state, std::int64_t) { load_state(state_, state); }

}  // namespace dlt::optim
