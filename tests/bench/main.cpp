// Times kernels: one JSON line for each call, the fastest and the median of many.
//   dlt_kernel_bench [--seconds S] [--threads N] [NAME ...]: only rows whose name starts so
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>

#include "base/parallel.h"
#include "bench.h"

namespace {

double seconds_of(const std::function<void()>& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void measure(const dlt::bench::Row& row, double seconds) {
  std::vector<double> times;
  double total = 0;
  row.call();  // warms up
  while (total < seconds || times.size() < 5) {
    times.push_back(seconds_of(row.call));
    total += times.back();
  }
  std::sort(times.begin(), times.end());
  std::puts(fmt::format(R"({{"name": "{}", "shape": "{}", "direction": "{}", "seconds": {:.9f}, )"
                        R"("best_seconds": {:.9f}}})",
                        row.name, row.shape, row.direction, times[times.size() / 2], times[0])
                .c_str());
}

bool wanted(const dlt::bench::Row& row, const std::vector<std::string_view>& names) {
  const auto starts = [&](std::string_view name) { return row.name.starts_with(name); };
  return names.empty() || std::any_of(names.begin(), names.end(), starts);
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 0.3;
  std::vector<std::string_view> names;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--seconds" && i + 1 < argc) {
      seconds = std::atof(argv[++i]);
    } else if (argument == "--threads" && i + 1 < argc) {
      dlt::set_threads(std::atoi(argv[++i]));
    } else {
      names.push_back(argument);
    }
  }
  for (const auto& row : dlt::bench::conv_rows())
    if (wanted(row, names)) measure(row, seconds);
}
