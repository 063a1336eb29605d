#include "optim/optimizer.h"

#include <algorithm>

#include "base/error.h"

namespace dlt::optim {
namespace {

const RuleKind& kind_named(config::Reader& r, std::string& name) {
  return r.named("name", name, optimizers()).make;
}

void check_state(const nn::StateDict& state, const nn::StateDict& from) {
  for (const auto& [name, t] : state) {
    const auto it = from.find(name);
    require(it != from.end(), Exit::damaged, "the checkpoint has no '{}' {} of the optimizer", name,
            t.shape());
    require(it->second.shape() == t.shape(), Exit::damaged,
            "'{}' of the optimizer is {} in the checkpoint, {} here", name, it->second.shape(),
            t.shape());
  }
  for (const auto& [name, t] : from) {
    require(state.contains(name), Exit::damaged,
            "the checkpoint has '{}' {}, which this optimizer does not use", name, t.shape());
  }
}

}  // namespace

OptimizerConfig::OptimizerConfig(config::Reader& r) : name("adamw") {
  const RuleKind& kind = kind_named(r, name);
  lr = kind.lr;
  weight_decay = kind.weight_decay;
  r.field("lr", lr, 0, 1e6);
  r.field("weight_decay", weight_decay, 0, 1e6);
  rule = kind.read(r);
  groups = Group::read_all(r, "groups");
}

OptimizerConfig OptimizerConfig::parse(const std::string& json) {
  auto r = config::Reader::parse_text(json, "optimizer");
  OptimizerConfig c(r);
  r.done();
  return c;
}

Optimizer::Optimizer(nn::Params& params, const OptimizerConfig& config) : rule_(config.rule) {
  check_groups(config.groups, params);
  for (const auto& [name, t] : params.all()) {
    if (!t.needs_grad()) continue;
    const nn::Tuning own = params.tuning(name);
    const bool decays = own.decays && t.shape().rank() > 1;
    Member m{t, {.size = t.size()}, own.lr_scale, decays ? config.weight_decay : 0};
    if (const Group* group = group_of(config.groups, name)) {
      m.lr_scale = group->lr_scale.value_or(m.lr_scale);
      m.weight_decay = group->weight_decay.value_or(m.weight_decay);
    }
    for (std::size_t i = 0; i < rule_.slots.size(); ++i) {
      const Slot& slot = rule_.slots[i];
      if (!slot.used) continue;
      Tensor array = Tensor::filled(t.shape(), static_cast<real>(slot.start));
      m.arrays.state[i] = array.mutable_data();
      state_[fmt::format("{}.{}", slot.name, name)] = std::move(array);
    }
    members_.push_back(std::move(m));
  }
}

void Optimizer::step(double lr, double grad_scale) {
  const Update update = rule_.at(++taken_, grad_scale);
  for (Member& m : members_) {
    if (!m.parameter.has_grad()) continue;
    const Tensor grad = m.parameter.grad();
    m.arrays.w = m.parameter.mutable_data();
    m.arrays.grad = grad.data();
    update(m.arrays, lr * m.lr_scale, m.weight_decay);
  }
}

void Optimizer::load(const nn::StateDict& state, std::int64_t steps_taken) {
  check_state(state_, state);
  for (auto& [name, t] : state_) std::copy_n(state.at(name).data(), t.size(), t.mutable_data());
  taken_ = steps_taken;
}

}  // namespace dlt::optim
