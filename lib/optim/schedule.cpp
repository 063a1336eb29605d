#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace dlt::optim {
namespace {

// How much of the way is left, 1 to 0, when `done` in [0, 1] of it is done.
double half_cosine(double done) { return 0.5 * (1 + std::cos(std::numbers::pi * done)); }

// Steps in which the rate climbs linearly from 0; `after` then counts from 0.
Curve warmed_up(config::Reader& r, const Curve& after) {
  std::int64_t steps = 0;
  r.field("warmup", steps, 0);
  const auto warmup = static_cast<double>(steps);
  return [=](double lr, double taken, double end) {
    return taken < warmup ? lr * taken / warmup : after(lr, taken - warmup, end - warmup);
  };
}

void read_end(config::Reader& r, ScheduleConfig& c) {
  r.field("min_lr", c.min_lr, 0, 1e6);
  r.field("steps", c.steps, 0);
}

double number(config::Reader& r, std::string_view key, double value, double min, double max) {
  r.field(key, value, min, max);
  return value;
}

double count(config::Reader& r, std::string_view key, std::int64_t value, std::int64_t min) {
  r.field(key, value, min);
  return static_cast<double>(value);
}

// From the full rate to min_lr, as `left` of the part that is done says.
template <class Left>
Curve falling(config::Reader& r, ScheduleConfig& c, const Left& left) {
  read_end(r, c);
  c.ends = true;
  return warmed_up(r, [left, min_lr = c.min_lr](double lr, double taken, double end) {
    const double done = std::min(1.0, taken / std::max(end, 1.0));
    return min_lr + (lr - min_lr) * left(done);
  });
}

Curve read_constant(config::Reader& r, ScheduleConfig& c) {
  read_end(r, c);  // so that a config may try "constant" in place of another
  return warmed_up(r, [](double lr, double, double) { return lr; });
}

Curve read_linear(config::Reader& r, ScheduleConfig& c) {
  return falling(r, c, [](double done) { return 1 - done; });
}

Curve read_cosine(config::Reader& r, ScheduleConfig& c) { return falling(r, c, half_cosine); }

Curve read_polynomial(config::Reader& r, ScheduleConfig& c) {
  const double power = number(r, "power", 1, 0, 1e3);
  return falling(r, c, [power](double done) { return std::pow(1 - done, power); });
}

Curve read_step(config::Reader& r, ScheduleConfig&) {
  const double size = count(r, "step_size", 1000, 1), gamma = number(r, "gamma", 0.1, 0, 1e3);
  return warmed_up(r, [=](double lr, double taken, double) {
    return lr * std::pow(gamma, std::floor(taken / size));
  });
}

// Milestones are steps of training, whether it began with a warm-up or not.
Curve read_multistep(config::Reader& r, ScheduleConfig&) {
  std::vector<std::int64_t> milestones;
  r.field("milestones", milestones, 0);
  if (!std::ranges::is_sorted(milestones)) r.fail("milestones", "expected them in rising order");
  const double gamma = number(r, "gamma", 0.1, 0, 1e3);
  std::int64_t warmup = 0;
  r.field("warmup", warmup, 0);
  return [=](double lr, double taken, double) {
    if (taken < static_cast<double>(warmup)) return lr * taken / static_cast<double>(warmup);
    const auto passed = std::ranges::count_if(
        milestones, [&](std::int64_t m) { return static_cast<double>(m) <= taken; });
    return lr * std::pow(gamma, static_cast<double>(passed));
  };
}

Curve read_exponential(config::Reader& r, ScheduleConfig&) {
  const double gamma = number(r, "gamma", 0.999, 0, 1e3);
  return warmed_up(r, [=](double lr, double taken, double) { return lr * std::pow(gamma, taken); });
}

// Loshchilov and Hutter 2017: cycles of T_0, T_0 T_mult, T_0 T_mult^2, ... steps.
Curve read_cosine_restarts(config::Reader& r, ScheduleConfig& c) {
  const double first = count(r, "T_0", 1000, 1), factor = count(r, "T_mult", 1, 1);
  r.field("min_lr", c.min_lr, 0, 1e6);
  return warmed_up(r, [=, min_lr = c.min_lr](double lr, double taken, double) {
    double length = first, in_cycle = factor == 1 ? std::fmod(taken, first) : taken;
    for (; in_cycle >= length; length *= factor) in_cycle -= length;
    return min_lr + (lr - min_lr) * half_cosine(in_cycle / length);
  });
}

// Smith and Topin 2018, as torch.optim.lr_scheduler.OneCycleLR with two phases of half a cosine:
// from lr / div_factor up to lr, and down to the start over final_div_factor.
Curve read_one_cycle(config::Reader& r, ScheduleConfig& c) {
  r.field("steps", c.steps, 0);
  c.ends = true;
  const double part = number(r, "pct_start", 0.3, 0, 1);
  const double div = number(r, "div_factor", 25, 1, 1e9);
  const double final_div = number(r, "final_div_factor", 1e4, 1, 1e12);
  return [=](double lr, double taken, double end) {
    const double top = part * end - 1, last = std::max(end - 1, 1.0);
    const double start = lr / div;
    if (taken < top) return lr + (start - lr) * half_cosine(taken / top);
    const double down = last - std::max(top, 0.0);
    const double done = down > 0 ? std::min(1.0, (taken - std::max(top, 0.0)) / down) : 0.0;
    return start / final_div + (lr - start / final_div) * half_cosine(done);
  };
}

// Vaswani et al. 2017: lr d_model^-0.5 min(k^-0.5, k warmup^-1.5) in step k.
Curve read_noam(config::Reader& r, ScheduleConfig&) {
  const double width = count(r, "d_model", 512, 1), warmup = count(r, "warmup", 4000, 1);
  return [=](double lr, double taken, double) {
    const double k = taken + 1;
    return lr / std::sqrt(width) * std::min(1 / std::sqrt(k), k * std::pow(warmup, -1.5));
  };
}

// Robbins and Monro 1951: lr a / (k + b)^c in step k.
Curve read_robbins_monro(config::Reader& r, ScheduleConfig&) {
  const double a = number(r, "a", 1, 0, 1e9), b = number(r, "b", 0, 0, 1e12);
  const double c = number(r, "c", 1, 0, 1e3);
  bool force = false;
  r.field("force", force);
  const auto refuse = [&](const char* what, const char* need) {
    r.fail("c", fmt::format("with steps a/(k+b)^{} {}, so convergence is not assured: {} is "
                            "needed; \"force\": true uses it all the same",
                            c, what, need));
  };
  if (c > 1 && !force) refuse("sum a_k = inf does not hold", "c <= 1");
  if (c <= 0.5 && !force) refuse("sum a_k^2 < inf does not hold", "c > 0.5");
  return [=](double lr, double taken, double) { return lr * a / std::pow(taken + 1 + b, c); };
}

ReadCurve curve_named(config::Reader& r, std::string& name) {
  return r.named("name", name, schedules()).make;
}

}  // namespace

const Registry<ReadCurve>& schedules() {
  static const Registry<ReadCurve> all(
      "schedule",
      {
          {{"constant", "schedule.constant"}, "the full rate, after the warm-up", read_constant},
          {{"linear", "schedule.linear"}, "a straight line down to min_lr", read_linear},
          {{"cosine", "schedule.cosine"},
           "half a cosine down to min_lr (Loshchilov and Hutter 2017)",
           read_cosine},
          {{"cosine_restarts", "schedule.cosine_restarts"},
           "half cosines that start again after T_0, T_0 T_mult, ... steps (SGDR)",
           read_cosine_restarts},
          {{"polynomial", "schedule.polynomial"},
           "down to min_lr by a power of what is left",
           read_polynomial},
          {{"step", "schedule.step"}, "times gamma every step_size steps", read_step},
          {{"multistep", "schedule.multistep"}, "times gamma at each milestone", read_multistep},
          {{"exponential", "schedule.exponential"}, "times gamma in every step", read_exponential},
          {{"one_cycle", "schedule.one_cycle"},
           "up to the full rate and far down again (Smith and Topin 2018)",
           read_one_cycle},
          {{"noam", "schedule.noam", "inverse_square_root", "schedule.inverse_square_root"},
           "warm-up, then the inverse square root of the step (Vaswani et al. 2017)",
           read_noam},
          {{"robbins_monro", "schedule.robbins_monro"},
           "a / (k + b)^c, for noise that averages out (Robbins and Monro 1951)",
           read_robbins_monro},
      });
  return all;
}

ScheduleConfig::ScheduleConfig(config::Reader& r) : name("constant") {
  const ReadCurve read_curve = curve_named(r, name);
  curve = read_curve(r, *this);
}

ScheduleConfig ScheduleConfig::parse(const std::string& json) {
  auto r = config::Reader::parse_text(json, "schedule");
  ScheduleConfig c(r);
  r.done();
  return c;
}

std::int64_t ScheduleConfig::end(std::int64_t training_steps) const {
  if (!ends) return 0;
  return steps == 0 ? training_steps : steps;
}

Schedule ScheduleConfig::make(double lr, std::int64_t last) const {
  return [=, c = curve](std::int64_t step) {
    return c(lr, static_cast<double>(std::max<std::int64_t>(step - 1, 0)),
             static_cast<double>(last));
  };
}

}  // namespace dlt::optim
