#pragma once

#include <cstdint>
#include <string>

namespace dlt::app {

struct AverageOptions {
  std::string run, out;
  std::int64_t last = 5;  // checkpoints, the newest
  bool overwrite = false;
};
// Makes a run whose weights are the mean of a run's last checkpoints (Vaswani et al. 2017, 6.1).
void average(const AverageOptions& options);

}  // namespace dlt::app
