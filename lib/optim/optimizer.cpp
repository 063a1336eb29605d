#include "optim/optimizer.h"

#include <algorithm>

#include "base/error.h"
#include "optim/adamw.h"
#include "optim/sgd.h"

namespace dlt::optim {
namespace {

template <class T>
std::unique_ptr<Optimizer> make(nn::Params& params, const OptimizerConfig& c) {
  return std::make_unique<T>(params, c);
}

}  // namespace

const Registry<MakeOptimizer>& optimizers() {
  static const Registry<MakeOptimizer> all(
      "optimizer",
      {
          {{"adamw", "optim.adamw"}, "Adam with decoupled weight decay", make<AdamW>},
          {{"sgd", "optim.sgd"}, "gradient descent, with momentum if wanted", make<Sgd>},
      });
  return all;
}

OptimizerConfig OptimizerConfig::read(config::Reader& r) {
  OptimizerConfig c;
  r.field("name", c.name, optimizers().names());
  r.field("lr", c.lr, 0, 1e6);
  r.field("weight_decay", c.weight_decay, 0, 1e6);
  if (optimizers().find(c.name).make == make<AdamW>) {
    r.field("betas", c.betas, 0, 1);
    if (c.betas.size() != 2 || std::ranges::max(c.betas) >= 1) {
      r.fail("betas", "expected two numbers in [0, 1), as in [0.9, 0.95]");
    }
    r.field("eps", c.eps, 0, 1);
  } else {
    r.field("momentum", c.momentum, 0, 1);
    r.field("nesterov", c.nesterov);
    if (c.nesterov && c.momentum == 0) r.fail("nesterov", "needs a momentum above 0");
  }
  return c;
}

void add_zeros(nn::StateDict& state, const std::string& prefix, const nn::Params& params) {
  for (const auto& [name, t] : params.all()) state[prefix + name] = Tensor::zeros(t.shape());
}

void load_state(nn::StateDict& state, const nn::StateDict& from) {
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
  for (auto& [name, t] : state) std::copy_n(from.at(name).data(), t.size(), t.mutable_data());
}

}  // namespace dlt::optim
