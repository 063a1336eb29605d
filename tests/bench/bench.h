#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dlt::bench {

// One timed call. Every family of kernels has a function that lists its rows; main.cpp calls them.
struct Row {
  std::string name, shape, direction;  // "conv 3x3", "batch 16, 64 -> 64, 56 x 56", "forward"
  std::function<void()> call;
  std::int64_t bytes = 0;              // read and written, where memory is what limits it
  std::function<void()> besides = {};  // what the call must compute too, in the best way there is
};

std::vector<Row> conv_rows();
std::vector<Row> mamba_rows();
std::vector<Row> pointwise_rows();
std::vector<Row> state_space_rows();

}  // namespace dlt::bench
