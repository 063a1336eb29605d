#include "train/fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "autograd/autograd.h"
#include "base/error.h"
#include "optim/ema.h"
#include "train/checkpoint.h"
#include "train/interrupt.h"
#include "train/progress.h"

namespace dlt::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::optional<double> value_of(const Metrics& metrics, const std::string& wanted) {
  const auto at = std::ranges::find(metrics, wanted, &Metrics::value_type::first);
  return at == metrics.end() ? std::nullopt : std::optional(at->second);
}

class Fit {
 public:
  Fit(Task& task, const FitConfig& config, Run& run, const FitOptions& options)
      : task_(task),
        config_(config),
        run_(run),
        optimizer_(task.params(), config.optimizer),
        progress_(options.quiet ? Progress::Quiet::yes : Progress::Quiet::no) {
    place_.schedule_end = config.schedule.end(config.steps);
    if (config.ema > 0) ema_.emplace(task.params(), config.ema);
    if (options.resume) resume();
    schedule_ = config.schedule.make(config.optimizer.lr, place_.schedule_end);
  }

  FitResult run() {
    const Interrupt interrupt;
    while (place_.step < config_.steps && result_.signal == 0) {
      step();
      result_.signal = interrupt.requested();
      finish_step();
    }
    result_.step = place_.step;
    if (place_.step >= config_.steps) result_.signal = 0;  // it had nothing to interrupt
    say_end();
    return result_;
  }

 private:
  bool at_end() const { return place_.step >= config_.steps; }
  bool due(std::int64_t every) const { return at_end() || (every > 0 && place_.step % every == 0); }

  void resume();
  void step();
  void finish_step();
  void report();
  Best evaluate();
  bool is_better(double value, double than) const;
  void save(Best best);
  void say_end();
  Standing standing() const;
  optim::Ema* ema() { return ema_ ? &*ema_ : nullptr; }
  std::string items_per_second() const { return std::string(task_.item_name()) + "_per_second"; }

  Task& task_;
  const FitConfig& config_;
  Run& run_;
  optim::Optimizer optimizer_;
  std::optional<optim::Ema> ema_;
  optim::Schedule schedule_;
  Progress progress_;
  FitResult result_;

  Place place_;
  std::optional<double> best_;  // value of config_.best
  StepResult last_{};
  double busy_ = 0;  // seconds in steps since the last report
  std::int64_t busy_steps_ = 0;
  Clock::time_point start_ = Clock::now();
};

void Fit::resume() {
  if (!run_.has("last")) {
    run_.forget_reports_after(0);
    progress_.say("no checkpoint yet: starting from step 1");
    return;
  }
  const std::int64_t planned_end = place_.schedule_end;
  place_ = load_checkpoint(run_.checkpoint("last"), task_.params(), optimizer_, ema());
  if (run_.has("best")) {
    best_ = read_place(run_.checkpoint("best")).metric;
  }
  run_.forget_reports_after(place_.step);
  run_.log(fmt::format("resumed after step {}", place_.step));
  progress_.say(fmt::format("resuming after step {}", place_.step));
  if (place_.schedule_end != planned_end) {
    progress_.say(fmt::format("the {} schedule still ends at step {}", config_.schedule.name,
                              place_.schedule_end));
  }
}

void Fit::step() {
  const auto start = Clock::now();
  const std::int64_t step = place_.step + 1;
  last_ = train_step(task_, optimizer_, config_.step, schedule_(step), step);
  if (ema_) ema_->update(step);
  place_.step = step;
  place_.metric.reset();
  place_.loss_sum += last_.loss;
  ++place_.loss_count;
  busy_ += seconds_since(start);
  ++busy_steps_;
}

void Fit::finish_step() {
  if (result_.signal != 0) {
    progress_.say("stopping after this step; once more to stop at once, without saving");
  }
  if (due(config_.report_every)) {
    report();
  } else {
    progress_.step(standing());
  }
  const Best best = due(config_.eval_every) ? evaluate() : Best::no;
  if (due(config_.save_every) || best == Best::yes || result_.signal != 0) save(best);
}

Standing Fit::standing() const {
  const double per_second = busy_ > 0 ? static_cast<double>(busy_steps_) / busy_ : 0;
  return {.step = place_.step,
          .steps = config_.steps,
          .loss = place_.loss_count > 0 ? place_.loss_sum / static_cast<double>(place_.loss_count)
                                        : last_.loss,
          .lr = schedule_(place_.step),
          .items_per_second =
              per_second * static_cast<double>(config_.step.accumulate * task_.items_per_part()),
          .item_name = task_.item_name(),
          .seconds_left =
              per_second > 0 ? static_cast<double>(config_.steps - place_.step) / per_second : 0};
}

void Fit::report() {
  const Standing s = standing();
  run_.report(place_.step, {{"loss", s.loss},
                            {"lr", s.lr},
                            {"grad_norm", last_.grad_norm},
                            {items_per_second(), s.items_per_second},
                            {"seconds", seconds_since(start_)}});
  progress_.report(s);
  place_.loss_sum = 0;
  place_.loss_count = 0;
  busy_ = 0;
  busy_steps_ = 0;
}

bool Fit::is_better(double value, double than) const {
  const bool large = metric_names().find(config_.best).make.good == Good::large;
  return std::isfinite(value) && (large ? value > than : value < than);
}

Best Fit::evaluate() {
  const autograd::NoGrad forward_only;
  std::optional<optim::Ema::InPlace> averages;
  if (ema_) averages.emplace(*ema_);
  Metrics metrics = task_.evaluate();
  if (metrics.empty()) return Best::no;
  place_.metric = value_of(metrics, config_.best);
  if (!place_.metric) return Best::no;
  for (auto& [name, value] : metrics) name.insert(0, "valid_");
  result_.valid = metrics;
  const bool better = !best_ || is_better(*place_.metric, *best_);
  if (better) best_ = place_.metric;
  run_.report(place_.step, metrics);
  progress_.say(
      fmt::format("step {}  {}{}", place_.step, metrics_line(metrics), better ? "  (best)" : ""));
  return better ? Best::yes : Best::no;
}

void Fit::save(Best best) {
  check_parameters(task_.params(), place_.step);
  run_.save(place_.step, best, config_.keep_last, [&](const std::string& folder) {
    save_checkpoint(folder, place_, task_.params(), optimizer_, ema());
  });
  run_.log(fmt::format("saved step {}", place_.step));
}

void Fit::say_end() {
  if (result_.signal == 0) {
    run_.log(fmt::format("finished at step {}", place_.step));
    return;
  }
  result_.outcome = Outcome::interrupted;
  run_.log(fmt::format("stopped at step {} by signal {}", place_.step, result_.signal));
  progress_.say(fmt::format("stopped at step {}; continue with --resume", place_.step));
}

}  // namespace

FitConfig FitConfig::read(config::Reader& train) {
  FitConfig c;
  train.field("steps", c.steps);
  train.field("accumulate", c.step.accumulate, 1, 1 << 20);
  train.field("clip", c.step.clip, 0, 1e9);
  auto optimizer = train.child("optimizer"), schedule = train.child("schedule");
  c.optimizer = optim::OptimizerConfig::read(optimizer);
  c.schedule = optim::ScheduleConfig::read(schedule);
  if (c.schedule.min_lr > c.optimizer.lr) {
    schedule.fail("min_lr", fmt::format("expected at most the optimizer's lr, {}, got {}",
                                        c.optimizer.lr, c.schedule.min_lr));
  }
  train.field("ema", c.ema, 0, 1);
  if (c.ema == 1) train.fail("ema", "expected a number in [0, 1), got 1");
  train.field("eval_every", c.eval_every, 0);
  train.field("save_every", c.save_every, 0);
  train.field("keep_last", c.keep_last);
  c.best = train.named("best", c.best, metric_names()).canonical();
  train.field("report_every", c.report_every);
  train.field("check_finite", c.step.check_finite);
  return c;
}

void check(Task& task, const FitConfig& config) {
  optim::check_groups(config.optimizer.groups, task.params());
  const auto known = task.metrics();
  require(std::ranges::find(known, config.best) != known.end(), Exit::usage,
          "train.best: the evaluation of this model has no '{}'{}", config.best,
          did_you_mean(config.best, known));
}

FitResult fit(Task& task, const FitConfig& config, Run& run, const FitOptions& options) {
  try {
    return Fit(task, config, run, options).run();
  } catch (const Error& e) {
    if (e.exit() == Exit::diverged) run.log(e.what());
    throw;
  }
}

}  // namespace dlt::train
