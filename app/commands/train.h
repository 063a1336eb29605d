#pragma once

#include <string>
#include <vector>

namespace dlt::app {

struct TrainOptions {
  std::string config;               // a file, or a run's folder to resume
  std::string out;                  // runs/<name of the config> if empty
  std::vector<std::string> sets;    // "a.b=value"
  std::vector<std::string> sweeps;  // "a.b=v1,v2": every combination is trained
  bool resume = false;
  bool overwrite = false;
  bool dry_run = false;
  bool quiet = false;
};
// Returns the exit code: 0, or 128 + the signal that stopped it.
int train(const TrainOptions& options);

}  // namespace dlt::app
