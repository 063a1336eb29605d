#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/registry.h"
#include "config/reader.h"

namespace dlt::optim {

// The learning rate of training step 1, 2, ... The first step is at progress 0, as in PyTorch's
// LambdaLR, which counts its steps from 0: with warmup 5 the steps 1 to 6 run at 0, 1/5, ..., 1.
using Schedule = std::function<double(std::int64_t step)>;

struct ScheduleConfig {
  std::string name = "constant";
  std::int64_t warmup = 0;  // steps in which the rate climbs linearly from 0
  double min_lr = 0;        // where the rate ends, after `steps`
  std::int64_t steps = 0;   // when it gets there; 0: at the end of training

  static ScheduleConfig read(config::Reader& r);
  // The step after which the rate stays at min_lr, given the length of training; 0 if it never
  // falls.
  std::int64_t end(std::int64_t training_steps) const;
  // `last` is what end() gave.
  Schedule make(double lr, std::int64_t last) const;
};

// How much of the way from the full rate to min_lr is left, 1 to 0, when `done` in [0, 1] of the
// steps after the warm-up is done.
using Decay = double (*)(double done);
const Registry<Decay>& schedules();

}  // namespace dlt::optim
