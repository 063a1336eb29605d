// Times kernels: one JSON line for each call, the fastest and the median of many.
//   dlt_kernel_bench [--seconds S] [--threads N] [NAME ...]: only rows whose name starts so
// Rows that move a known number of bytes are also measured by a plain copy of as many, taken in
// turn with them: "share_of_copy" is the fraction of the copy's bandwidth that they reach. Where
// they must compute something besides, which is timed alone, "times_the_least" is their time over
// that of both.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

// The bandwidth of a plain copy of 16 MB, read and written.
double copy_seconds() {
  constexpr std::size_t bytes = std::size_t{16} << 20;
  static std::vector<char> from(bytes, 1), to(bytes);
  return seconds_of([&] {
    dlt::parallel_for(bytes, bytes / 64, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(to.data() + begin, from.data() + begin, static_cast<std::size_t>(end - begin));
    });
  });
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure(const dlt::bench::Row& row, double seconds) {
  std::vector<double> times, copies, besides;
  double total = 0;
  row.call();  // warms up
  while (total < seconds || times.size() < 5) {
    if (row.bytes > 0) copies.push_back(copy_seconds());
    if (row.besides) besides.push_back(seconds_of(row.besides));
    times.push_back(seconds_of(row.call));
    total += times.back();
  }
  const double middle = median(times), best = *std::min_element(times.begin(), times.end());
  std::string line =
      fmt::format(R"({{"name": "{}", "shape": "{}", "direction": "{}", "seconds": {:.9f}, )"
                  R"("best_seconds": {:.9f})",
                  row.name, row.shape, row.direction, middle, best);
  if (row.bytes > 0) {
    const double rate = static_cast<double>(row.bytes) / middle;
    const double copied = 2.0 * (16 << 20) / median(copies);
    line += fmt::format(R"(, "gigabytes_per_second": {:.2f}, "share_of_copy": {:.3f})", rate / 1e9,
                        rate / copied);
    if (row.besides) {  // of the fastest calls, which others' work on the machine disturbs least
      const auto fastest = [](const auto& all) {
        return *std::min_element(all.begin(), all.end());
      };
      const double least =
          static_cast<double>(row.bytes) * fastest(copies) / (2.0 * (16 << 20)) + fastest(besides);
      line += fmt::format(R"(, "times_the_least": {:.2f})", best / least);
    }
  }
  std::puts((line + "}").c_str());
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
  for (const auto& rows : {dlt::bench::conv_rows(), dlt::bench::mamba_rows(),
                           dlt::bench::pointwise_rows(), dlt::bench::state_space_rows()}) {
    for (const auto& row : rows) {
      if (wanted(row, names)) measure(row, seconds);
    }
  }
}
