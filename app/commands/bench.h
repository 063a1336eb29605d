#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dlt::app {

struct BenchOptions {
  std::string config;
  std::vector<std::string> sets;
  std::int64_t steps = 10;   // training steps that are timed
  std::int64_t tokens = 64;  // generated, where the model generates; 0: none
  bool json = false;
};
// Speed of training and of generation on made-up data, beside what the machine can do, measured in
// the same run.
void bench(const BenchOptions& options);

}  // namespace dlt::app
