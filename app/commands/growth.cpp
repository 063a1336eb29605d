#include "commands/growth.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/core.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "models/model.h"
#include "report/line_chart.h"
#include "train/fit.h"
#include "train/step.h"

namespace dlt::app {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

struct Point {
  std::string config;
  std::int64_t length = 0, tokens = 0;  // of a sequence; of the step that was timed
  double seconds = 0;                   // a step's
  std::int64_t bytes = 0;               // of arrays, at most
  std::optional<double> growth;         // seconds over those of half the length
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void check_config(const std::string& config, bool generate) {
  auto root = config::Reader::parse_file(config);
  const auto model = models::make_model(root, {.run = "", .purpose = models::Purpose::look});
  const auto all = root.attributes();
  require(std::ranges::find(all, "/model/context", &config::Attribute::pointer) != all.end(),
          Exit::usage, "'{}' has a model without model.context: there is no length to change",
          config);
  require(!generate || model->language() != nullptr, Exit::usage,
          "'{}' has no language model: --generate needs one that continues a text", config);
}

std::unique_ptr<models::Model> make(config::Reader& root, std::int64_t length,
                                    const GrowthOptions& o) {
  for (const std::string& assignment : o.sets) root.set(assignment);
  root.set(fmt::format("model.context={}", length));
  return models::make_model(root, {});
}

// The fastest of the steps that the time is enough for, and of two at least: in the first all pages
// are new.
Point measure(const std::string& config, std::int64_t length, const GrowthOptions& o) {
  auto root = config::Reader::parse_file(config);
  const auto model = make(root, length, o);
  auto train = root.child("train");
  const auto fit = train::FitConfig::read(train);
  train::Task& task = model->synthetic_task();
  optim::Optimizer optimizer(task.params(), fit.optimizer);
  Storage::reset_peak();
  Point point{config, length, task.items_per_part() * fit.step.accumulate, HUGE_VAL, 0, {}};
  const auto start = Clock::now();
  for (std::int64_t step = 1; step <= 2 || seconds_since(start) < o.seconds; ++step) {
    const auto before = Clock::now();
    train::train_step(task, optimizer, fit.step, fit.optimizer.lr, step);
    const double seconds = seconds_since(before);
    if (step > 1) point.seconds = std::min(point.seconds, seconds);
  }
  point.bytes = Storage::peak_bytes();
  return point;
}

// One text, from one token on: the mean time of the last tenth of each number of tokens.
void generate(const std::string& config, const GrowthOptions& o,
              const std::function<void(Point)>& found) {
  auto root = config::Reader::parse_file(config);
  const auto model = make(root, o.lengths.back(), o);
  auto next = o.lengths.begin();
  std::int64_t count = 0, first = 0;  // tokens; those before the timed ones
  auto start = Clock::now();
  const auto begin = [&] {
    Storage::reset_peak();
    first = std::max(count, *next - (*next + 9) / 10);
  };
  begin();
  model->language()->generate({0}, {.tokens = o.lengths.back()}, [&](std::int32_t) {
    if (count++ == first) start = Clock::now();
    if (count < *next) return true;
    const double seconds = seconds_since(start) / static_cast<double>(count - first);
    found({config, count, 1, seconds, Storage::peak_bytes(), {}});
    if (++next != o.lengths.end()) begin();
    return next != o.lengths.end();
  });
}

void set_growth(std::vector<Point>& points) {
  for (Point& p : points) {
    for (const Point& half : points) {
      if (half.config == p.config && 2 * half.length == p.length)
        p.growth = p.seconds / half.seconds;
    }
  }
}

std::string figure(const std::vector<Point>& points, const GrowthOptions& o) {
  report::LineChart chart{
      .title = o.generate ? "Time of a generated token by the number of those before it"
                          : "Time of a training step by the length of sequences",
      .subtitle = fmt::format("{} thread{}", threads(), threads() == 1 ? "" : "s"),
      .x = {o.generate ? "tokens before it" : "steps of a sequence", report::Scale::log},
      .y = {"seconds", report::Scale::log},
      .series = {},
      .levels = {},
      .marks = {}};
  for (const std::string& config : o.configs) {
    const auto slash = config.find_last_of('/');
    const std::string file = config.substr(slash == std::string::npos ? 0 : slash + 1);
    report::Series s{file.substr(0, file.rfind(".json")), {}, true};
    for (const Point& p : points) {
      if (p.config == config) s.points.emplace_back(static_cast<double>(p.length), p.seconds);
    }
    chart.series.push_back(std::move(s));
  }
  return svg(chart);
}

void print_json(const std::vector<Point>& points, const GrowthOptions& o) {
  ordered_json all = ordered_json::array();
  for (const Point& p : points) {
    all.push_back({{"config", p.config},
                   {"length", p.length},
                   {o.generate ? "token_seconds" : "step_seconds", p.seconds},
                   {"tokens_per_second", static_cast<double>(p.tokens) / p.seconds},
                   {"growth", p.growth ? ordered_json(*p.growth) : ordered_json()},
                   {"array_bytes", p.bytes}});
  }
  fmt::print("{}\n", ordered_json{{"threads", threads()}, {"points", all}}.dump());
}

void print_row(const Point& p, std::size_t widest) {
  fmt::print("{:<{}} {:>8} {:>10.6f} {:>8} {:>10.0f} {:>8.1f}\n", p.config, widest, p.length,
             p.seconds, p.growth ? fmt::format("{:.2f}", *p.growth) : "-",
             static_cast<double>(p.tokens) / p.seconds, static_cast<double>(p.bytes) / (1 << 20));
}

}  // namespace

void growth(const GrowthOptions& given) {
  GrowthOptions o = given;
  std::ranges::sort(o.lengths);
  o.lengths.erase(std::ranges::unique(o.lengths).begin(), o.lengths.end());
  std::vector<Point> points;
  std::size_t widest = 6;
  for (const std::string& config : o.configs) widest = std::max(widest, config.size());
  for (const std::string& config : o.configs) check_config(config, o.generate);
  if (!o.json) {
    fmt::print("{:<{}} {:>8} {:>10} {:>8} {:>10} {:>8}\n", "config", widest, "length", "seconds",
               "growth", "tokens/s", "MB");
  }
  const auto found = [&](Point p) {
    points.push_back(std::move(p));
    set_growth(points);
    if (!o.json) print_row(points.back(), widest);
    std::fflush(stdout);
  };
  for (const std::string& config : o.configs) {
    if (o.generate) {
      generate(config, o, found);
    } else {
      for (const std::int64_t length : o.lengths) found(measure(config, length, o));
    }
  }
  if (!o.out.empty()) write_file(o.out, figure(points, o));
  if (o.json) print_json(points, o);
}

}  // namespace dlt::app
