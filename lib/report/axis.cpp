#include "report/axis.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace dlt::report {
namespace {

// The decimals after the point that multiples of `step` need.
int decimals(double step) {
  return static_cast<int>(std::clamp(-std::floor(std::log10(step) + 1e-9), 0.0, 17.0));
}

double round_step(double rough) {
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double lead = rough / power;
  return power * (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10);
}

std::vector<Tick> linear_ticks(Range r, int wanted) {
  const double step = round_step((r.high - r.low) / wanted);
  std::vector<Tick> all;
  const double first = std::ceil(r.low / step - 1e-9);
  for (int i = 0; i < 4 * wanted; ++i) {
    const double value = (first + i) * step;
    if (value > r.high + 1e-9 * step) break;
    const double largest = std::max(std::fabs(r.low), std::fabs(r.high));
    const bool plain = largest < 1e6 && step >= 1e-5;
    all.push_back({value, value == 0 ? "0"
                          : plain    ? fmt::format("{:.{}f}", value, decimals(step))
                                     : short_value(value, 6)});
  }
  return all;
}

std::vector<Tick> log_ticks(Range r, int wanted) {
  const int first = static_cast<int>(std::floor(std::log10(r.low)));
  const int last = static_cast<int>(std::ceil(std::log10(r.high)));
  const int every = std::max(1, (last - first) / wanted);
  std::vector<Tick> all;
  for (int power = first; power <= last; power += every) {
    for (const double lead : {1.0, 2.0, 5.0}) {
      if (lead > 1 && last - first > 3) break;
      const double value = lead * std::pow(10, power);
      if (value >= r.low * (1 - 1e-9) && value <= r.high * (1 + 1e-9)) {
        all.push_back({value, short_value(value)});
      }
    }
  }
  return all;
}

}  // namespace

std::string short_value(double value, int digits) {
  std::string text = fmt::format("{:.{}g}", value, digits);
  const auto e = text.find('e');
  if (e == std::string::npos) return text;
  const int power = std::stoi(text.substr(e + 1));
  return fmt::format("{}e{}", text.substr(0, e), power);
}

Range padded(Range data, Scale scale) {
  if (scale == Scale::log) {
    const double by = data.high > data.low ? std::pow(data.high / data.low, 0.04) : 2;
    return {data.low / by, data.high * by};
  }
  const double size = std::max({std::fabs(data.low), std::fabs(data.high), 1e-300});
  const bool flat = data.high / 2 - data.low / 2 < 1e-12 * size;
  const double by = flat ? (size > 1e-200 ? 0.1 * size : 1) : 0.05 * (data.high - data.low);
  return {data.low - by, data.high + by};
}

std::vector<Tick> ticks(Range range, Scale scale, int wanted) {
  if (scale == Scale::linear) return linear_ticks(range, wanted);
  auto all = log_ticks(range, wanted);
  return all.size() >= 2 ? all : linear_ticks(range, wanted);  // less than a factor of two
}

double place(double value, Range range, Scale scale) {
  return scale == Scale::linear ? (value - range.low) / (range.high - range.low)
                                : std::log(value / range.low) / std::log(range.high / range.low);
}

}  // namespace dlt::report
