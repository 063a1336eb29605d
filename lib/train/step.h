#pragma once

#include <cstdint>

#include "optim/optimizer.h"
#include "train/task.h"

namespace dlt::train {

struct StepConfig {
  std::int64_t accumulate = 1;  // parts of a step; their gradients are averaged
  double clip = 1;              // the largest gradient norm that is used as it is; 0: any
  bool check_finite = false;    // look at the result and gradients of every op, at some cost
};

struct StepResult {
  double loss;       // mean over the parts
  double grad_norm;  // before clipping
};

// One step: losses, gradients, their norm, clipping by norm as torch.nn.utils.clip_grad_norm_,
// update. Leaves no gradient behind. Numbers that are not finite are an Error (Exit::diverged) that
// names the step and the op, layer or parameter where they were first seen; nothing is updated
// then.
StepResult train_step(Task& task, optim::Optimizer& optimizer, const StepConfig& config, double lr,
                      std::int64_t step);

// Exit::diverged if a parameter is not finite, so that no checkpoint is made of it.
void check_parameters(const nn::Params& params, std::int64_t step);

}  // namespace dlt::train
