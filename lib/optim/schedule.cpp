#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace dlt::optim {
namespace {

double constant(double) { return 1; }  // of the way left: min_lr plays no part
double linear(double done) { return 1 - done; }
double cosine(double done) { return 0.5 * (1 + std::cos(std::numbers::pi * done)); }

}  // namespace

const Registry<Decay>& schedules() {
  static const Registry<Decay> all(
      "schedule",
      {
          {{"constant", "schedule.constant"}, "the full rate, after the warm-up", constant},
          {{"linear", "schedule.linear"}, "a straight line down to min_lr", linear},
          {{"cosine", "schedule.cosine"},
           "half a cosine down to min_lr (Loshchilov and Hutter 2017)",
           cosine},
      });
  return all;
}

ScheduleConfig ScheduleConfig::read(config::Reader& r) {
  ScheduleConfig c;
  r.field("name", c.name, schedules().names());
  r.field("warmup", c.warmup, 0);
  r.field("min_lr", c.min_lr, 0, 1e6);
  r.field("steps", c.steps, 0);
  return c;
}

std::int64_t ScheduleConfig::end(std::int64_t training_steps) const {
  if (schedules().find(name).make == constant) return 0;
  return steps == 0 ? training_steps : steps;
}

Schedule ScheduleConfig::make(double lr, std::int64_t last) const {
  const Decay decay = schedules().find(name).make;
  return [=, *this](std::int64_t step) {
    const std::int64_t before = std::max<std::int64_t>(step - 1, 0);  // steps taken already
    if (before < warmup) return lr * static_cast<double>(before) / static_cast<double>(warmup);
    const auto length = static_cast<double>(std::max<std::int64_t>(last - warmup, 1));
    const double done = std::min(1.0, static_cast<double>(before - warmup) / length);
    return min_lr + (lr - min_lr) * decay(done);
  };
}

}  // namespace dlt::optim
