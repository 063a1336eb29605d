#pragma once

#include <cstdint>

#include "config/reader.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "train/run.h"
#include "train/step.h"
#include "train/task.h"

namespace dlt::train {

// The object "train" of a config, but for what belongs to a model ("batch").
struct FitConfig {
  std::int64_t steps = 1000;
  StepConfig step;  // accumulate, clip, check_finite
  optim::OptimizerConfig optimizer;
  optim::ScheduleConfig schedule;
  // Decay of the moving average of the weights; 0: none is kept. With one, evaluation, `best` and
  // every model.safetensors, hence every later command, use the averages; training and resuming go
  // on from the weights themselves. See optim/ema.h.
  double ema = 0;
  std::int64_t eval_every = 0;  // steps; 0: only at the end
  std::int64_t save_every = 0;  // steps; 0: only at the end
  std::int64_t keep_last = 2;   // checkpoints, beside the best one
  std::int64_t report_every = 10;
  std::string best = "loss";  // the metric that `best` follows, see metric_names()

  static FitConfig read(config::Reader& train);
};

// An Error (Exit::usage) if the task cannot be trained so: a group of parameters that matches none,
// a metric that its evaluation does not give.
void check(Task& task, const FitConfig& config);

struct FitOptions {
  bool resume = false;  // from the run's last checkpoint; from the start if there is none yet
  bool quiet = false;   // nothing on stderr
};

enum class Outcome : std::uint8_t { finished, interrupted };

struct FitResult {
  Outcome outcome = Outcome::finished;
  std::int64_t step = 0;  // steps taken in all
  int signal = 0;         // that interrupted: SIGINT, SIGTERM
  Metrics valid;          // of the last evaluation; empty if there was none
};

// The only gradient training loop. Steps 1, 2, ... are taken, reported, evaluated and saved as
// configured; the last one always is. Evaluations that are the best so far by config.best
// are saved too. Stopping anywhere and resuming gives the bytes of never having stopped.
FitResult fit(Task& task, const FitConfig& config, Run& run, const FitOptions& options);

}  // namespace dlt::train
