#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/train.h"

namespace dlt::app {

// Trains every combination of the values in options.sweeps, each in a folder of its own under
// options.out, and prints a table of them, the best first; sweep.csv and sweep.svg in the folder
// show the same. A point that diverges is noted and the sweep goes on; with options.resume points
// that are finished or have diverged are not trained again. Returns the exit code: 0, or 128 + the
// signal that stopped it; Exit::diverged is thrown if no point finished.
int train_sweep(const TrainOptions& options);

// One "--sweep a.b=v1,v2".
struct Sweep {
  std::string key;                  // "a.b"
  std::vector<std::string> values;  // as typed: numbers, words, JSON lists and strings
};
Sweep parse_sweep(const std::string& text);

// How the training of one point stands.
struct Standing {
  enum class State { finished, stopped, diverged, waiting };
  State state = State::waiting;
  std::int64_t step = 0;         // of the last checkpoint, or where it diverged
  std::string metric;            // that `best` follows: "valid_loss"; "" if there was none
  double value = 0;              // it at the best checkpoint
  double loss = 0, seconds = 0;  // of training: as reported last; in all
};

// Read from the run's folder. `steps`: how many make it finished.
Standing standing_of(const std::string& folder, std::int64_t steps);

// Of a Standing's metric.
bool large_is_good(const std::string& metric);

struct SweepPoint {
  std::vector<std::string> values;  // one of each sweep
  std::string folder;
  Standing standing;
};

std::string sweep_table(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points);
std::string sweep_csv(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points);

// A line chart for one sweep of numbers, else a heat map: of two sweeps one, of three one panel
// for each value of the one that is no number (or the third).
std::string sweep_figure(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points);

// The last part of each key, with as many parts before it as make it unlike the others.
std::vector<std::string> short_names(const std::vector<Sweep>& sweeps);

}  // namespace dlt::app
