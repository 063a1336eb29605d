#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "nn/params.h"

namespace dlt::optim {

// Moves the parameters of a model against their gradients. Parameters without a gradient stay.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Uses every gradient, times grad_scale (clipping, mean over accumulation); clears none.
  virtual void step(double lr, double grad_scale) = 0;

  // What a checkpoint must hold beside the number of steps taken: arrays by dotted name
  // ("m.layers.0.weight"). They are the optimizer's own, not copies.
  virtual const nn::StateDict& state() const = 0;
  // Continues from there. Every name and shape must match (Exit::damaged), or nothing changes.
  virtual void load(const nn::StateDict& state, std::int64_t steps_taken) = 0;
};

// The object "optimizer" of a config. Defaults are PyTorch's, but nothing decays unasked.
struct OptimizerConfig {
  std::string name = "adamw";
  double lr = 1e-3;
  double weight_decay = 0;  // on tensors of rank 2 and more; vectors (biases, norms) have none
  std::vector<double> betas = {0.9, 0.999};  // adamw
  double eps = 1e-8;                         // adamw
  double momentum = 0;                       // sgd
  bool nesterov = false;                     // sgd

  static OptimizerConfig read(config::Reader& r);
};

using MakeOptimizer = std::unique_ptr<Optimizer> (*)(nn::Params& params, const OptimizerConfig& c);
const Registry<MakeOptimizer>& optimizers();

// For optimizers: one zero array per parameter, named prefix + name; and load() of all of them.
void add_zeros(nn::StateDict& state, const std::string& prefix, const nn::Params& params);
void load_state(nn::StateDict& state, const nn::StateDict& from);

}  // namespace dlt::optim
