#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "commands/ssm.h"
#include "commands/ssm_show.h"
#include "commands/ssm_signal.h"
#include "report/line_chart.h"
#include "ssm/memory.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

struct Memory {
  int order = 0;
  ssm::Vector coefficients;
  ssm::Reals recalled;  // the end of the signal
  ssm::Distance off{};
};

struct Setting {
  const SsmHippoOptions& options;
  SsmSignal signal;
  ssm::Measure measure;
  ssm::Rule rule;
  double window;  // in samples

  std::int64_t samples() const { return static_cast<std::int64_t>(signal.values.size()); }
  std::string method() const { return method_text(options.method, rule); }
  std::string reach() const {
    return measure == ssm::Measure::legs ? "all of the past"
                                         : fmt::format("a window of {} samples", window);
  }
};

constexpr std::size_t most_curves = 5;  // with the signal: as many colours as there are

void check_outputs(const SsmHippoOptions& o) {
  for (const auto& [option, path] : {std::pair{"--reconstruct", o.reconstruct}, {"--svg", o.svg}}) {
    require(path.empty() || !same_file(o.signal, path), Exit::usage,
            "{} '{}' is the signal itself: give the name of another file", option, path);
  }
  require(o.svg.empty() || !same_file(o.reconstruct, o.svg), Exit::usage,
          "--reconstruct and --svg are both '{}': give each a name of its own", o.svg);
  require(o.svg.empty() || o.orders.size() <= most_curves, Exit::usage,
          "--svg draws at most {} orders, not {}", most_curves, o.orders.size());
}

Setting setting(const SsmHippoOptions& o) {
  check_outputs(o);
  const ssm::Measure measure = ssm::measure(o.measure);
  const ssm::Rule rule = ssm::rule(o.method, o.alpha);
  require(measure != ssm::Measure::legs || !o.window, Exit::usage,
          "--window belongs to legt, fourier and fout: legs remembers all of the past");
  Setting s{o, read_signal(o.signal, o.column), measure, rule, 0};
  s.window = o.window.value_or(static_cast<double>(s.samples()));
  return s;
}

Memory remember(const Setting& s, int order) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "compressing to order {}\n", order);
  if (s.measure != ssm::Measure::legs && s.rule.alpha.value_or(1) < 0.5) {
    const auto step = discretize(system(s.measure, order, s.window), 1, s.rule);
    const std::string why =
        growth(spectral_radius(step.a), s.method(), "take a longer --window, a smaller --order");
    require(why.empty(), Exit::usage, "order {}: {}", order, why);
  }
  Memory m{.order = order, .coefficients = {}, .recalled = {}};
  m.coefficients = ssm::remember(s.signal.values, s.measure, order, s.window, s.rule);
  m.recalled = ssm::recall(m.coefficients, s.measure, s.samples(), s.window);
  m.off = ssm::distance(s.signal.values, m.recalled);
  if (s.measure == ssm::Measure::legs && s.rule.alpha.value_or(1) < 0.5 && !(m.off.relative < 1)) {
    fmt::print(stderr,
               "dlt: warning: order {}: {} overshot in the first samples, and what comes back is "
               "mostly their rounding: take a smaller --order, or --method backward, bilinear or "
               "zoh\n",
               order, s.method());
  }
  return m;
}

std::string csv_of(const Setting& s, const std::vector<Memory>& memories) {
  std::string text = "time,signal";
  for (const Memory& m : memories) text += fmt::format(",order_{}", m.order);
  const std::size_t count = s.signal.values.size();
  for (std::size_t t = 0; t < count; ++t) {
    text += fmt::format("\n{},{}", t, s.signal.values[t]);
    for (const Memory& m : memories) {
      const std::size_t before = count - m.recalled.size();
      text += t < before ? "," : fmt::format(",{}", m.recalled[t - before]);
    }
  }
  return text + "\n";
}

report::Points points(const ssm::Reals& values, std::size_t first, std::size_t skip) {
  report::Points out;
  for (std::size_t t = skip; t < values.size(); ++t) {
    out.emplace_back(static_cast<double>(first + t), values[t]);
  }
  return out;
}

std::string figure(const Setting& s, const std::vector<Memory>& memories) {
  const std::size_t count = s.signal.values.size(), seen = memories.front().recalled.size();
  report::LineChart chart;
  chart.title = fmt::format("What a {} memory keeps of '{}'", s.options.measure, s.signal.column);
  chart.subtitle = fmt::format("{}, {}, {} samples", s.reach(), s.method(), count);
  chart.x.title = "sample";
  chart.y.title = s.signal.column;
  // Of a long signal that went by before the window, as much again.
  chart.series.push_back(
      {.name = "signal", .points = points(s.signal.values, 0, count - std::min(count, 2 * seen))});
  for (const Memory& m : memories) {
    chart.series.push_back({.name = fmt::format("order {}", m.order),
                            .points = points(m.recalled, count - m.recalled.size(), 0)});
  }
  if (seen < count) chart.marks = {{static_cast<double>(count - seen), "window"}};
  return svg(chart);
}

ordered_json finite(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}

void print_json(const Setting& s, const std::vector<Memory>& memories) {
  ordered_json all = {
      {"measure", s.options.measure},
      {"method", s.options.method},
      {"alpha", s.rule.alpha ? ordered_json(*s.rule.alpha) : ordered_json()},
      {"signal", s.options.signal},
      {"column", s.signal.column},
      {"samples", s.samples()},
      {"window", s.measure == ssm::Measure::legs ? ordered_json() : ordered_json(s.window)},
      {"orders", ordered_json::array()}};
  for (const Memory& m : memories) {
    const ssm::System system = ssm::system(s.measure, m.order, s.window);
    all["orders"].push_back({{"order", m.order},
                             {"rmse", finite(m.off.rms)},
                             {"relative", finite(m.off.relative)},
                             {"largest", finite(m.off.largest)},
                             {"A", as_json(system.a)},
                             {"B", as_json(system.b)},
                             {"coefficients", as_json(m.coefficients)}});
  }
  fmt::print("{}\n", all.dump());
}

void print_coefficients(const std::vector<Memory>& memories, std::size_t most) {
  constexpr std::size_t shown = 12;
  fmt::print("coefficients{}\n{:>6}",
             most > shown ? fmt::format(", the first {} (--json has all)", shown) : "", "n");
  for (const Memory& m : memories) fmt::print(" {:>18}", fmt::format("order {}", m.order));
  for (std::size_t n = 0; n < std::min(most, shown); ++n) {
    fmt::print("\n{:>6}", n);
    for (const Memory& m : memories) {
      fmt::print(" {:>18}", n < m.coefficients.size() ? as_text(m.coefficients[n]) : "");
    }
  }
  fmt::print("\n\n");
}

void print_text(const Setting& s, const std::vector<Memory>& memories) {
  int most = 0;
  for (const Memory& m : memories) most = std::max(most, m.order);
  fmt::print("signal  {}, {}, {} samples\nmemory  {}: {}, {}\n\n", s.options.signal,
             s.signal.column, s.samples(), s.options.measure, s.reach(), s.method());
  const ssm::System system = ssm::system(s.measure, most, s.window);
  print_system("A | B", system.a, system.b);
  print_coefficients(memories, static_cast<std::size_t>(most));
  fmt::print("what comes back\n{:>6} {:>12} {:>12} {:>12}\n", "order", "rmse", "relative",
             "largest");
  for (const Memory& m : memories) {
    fmt::print("{:>6} {:>12.6g} {:>12.6g} {:>12.6g}\n", m.order, m.off.rms, m.off.relative,
               m.off.largest);
  }
}

}  // namespace

void ssm_hippo(const SsmHippoOptions& options) {
  const Setting s = setting(options);
  std::vector<Memory> memories;
  for (const int order : options.orders) memories.push_back(remember(s, order));
  if (!options.reconstruct.empty()) write_file(options.reconstruct, csv_of(s, memories));
  if (!options.svg.empty()) write_file(options.svg, figure(s, memories));
  options.json ? print_json(s, memories) : print_text(s, memories);
}

}  // namespace dlt::app
