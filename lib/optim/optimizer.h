#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/reader.h"
#include "nn/params.h"
#include "optim/groups.h"
#include "optim/rules.h"

namespace dlt::optim {

// The object "optimizer" of a config. Defaults are PyTorch's, for each name its own.
struct OptimizerConfig {
  OptimizerConfig() : OptimizerConfig(parse("{}")) {}  // adamw
  std::string name;
  double lr;
  double weight_decay;        // on tensors of rank 2 and more that nn::Tuning does not exempt
  std::vector<Group> groups;  // the first that matches a parameter overrules lr and weight_decay
  Rule rule;

  static OptimizerConfig read(config::Reader& r) { return OptimizerConfig(r); }
  static OptimizerConfig parse(const std::string& json);  // of a text that is part of the program

 private:
  explicit OptimizerConfig(config::Reader& r);
};

// Moves the parameters of a model against their gradients. Parameters without a gradient stay.
class Optimizer {
 public:
  // An Error (Exit::usage) if a group matches nothing.
  Optimizer(nn::Params& params, const OptimizerConfig& config);

  // Uses every gradient, times grad_scale (clipping, mean over accumulation); clears none.
  void step(double lr, double grad_scale);

  // What a checkpoint must hold beside the number of steps taken: arrays by slot and dotted name
  // ("m.layers.0.weight"). They are the optimizer's own, not copies.
  const nn::StateDict& state() const { return state_; }
  // Continues from there. Every name and shape must match (Exit::damaged), or nothing changes.
  void load(const nn::StateDict& state, std::int64_t steps_taken);

 private:
  struct Member {
    Tensor parameter;
    kernels::OptimArrays arrays;  // w and grad are filled in at each step
    double lr_scale;
    double weight_decay;
  };

  Rule rule_;
  std::vector<Member> members_;  // in the order of their names
  nn::StateDict state_;
  std::int64_t taken_ = 0;
};

}  // namespace dlt::optim
