#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/registry.h"
#include "config/reader.h"

namespace dlt::optim {

// The learning rate of training step 1, 2, ... The first step is at progress 0, as in PyTorch's
// schedulers, which count from 0: with warmup 5 the steps 1 to 6 run at 0, 1/5, ..., 1 of lr.
using Schedule = std::function<double(std::int64_t step)>;

// The rate after `taken` steps, given the rate of the optimizer and the length of training.
using Curve = std::function<double(double lr, double taken, double end)>;

// The object "schedule" of a config; each name reads fields of its own (see schedule.cpp).
struct ScheduleConfig {
  ScheduleConfig() : ScheduleConfig(parse("{}")) {}  // constant
  std::string name;
  double min_lr = 0;       // where the rate ends, if it does
  std::int64_t steps = 0;  // when it gets there; 0: at the end of training
  bool ends = false;       // whether `steps` means anything
  Curve curve;

  static ScheduleConfig read(config::Reader& r) { return ScheduleConfig(r); }
  static ScheduleConfig parse(const std::string& json);  // of a text that is part of the program

  // The step after which the rate stays at min_lr, given the length of training; 0 if the length
  // does not matter.
  std::int64_t end(std::int64_t training_steps) const;
  Schedule make(double lr, std::int64_t last) const;  // `last` is what end() gave

 private:
  explicit ScheduleConfig(config::Reader& r);
};

using ReadCurve = Curve (*)(config::Reader& r, ScheduleConfig& c);
const Registry<ReadCurve>& schedules();

}  // namespace dlt::optim
