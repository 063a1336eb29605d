#pragma once

#include <functional>
#include <string>
#include <vector>

namespace dlt::bench {

// One timed call. Every family of kernels has a function that lists its rows; main.cpp calls them.
struct Row {
  std::string name, shape, direction;  // "conv 3x3", "batch 16, 64 -> 64, 56 x 56", "forward"
  std::function<void()> call;
};

std::vector<Row> conv_rows();

}  // namespace dlt::bench
