#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>
#include <optional>

#include "base/number.h"
#include "commands/sweep.h"
#include "report/heat_map.h"
#include "report/line_chart.h"

namespace dlt::app {
namespace {

using State = Standing::State;

bool all_numbers(const Sweep& sweep) {
  return std::ranges::all_of(sweep.values,
                             [](const auto& v) { return parse_number(v).has_value(); });
}

// Numbers by size, words as given.
std::vector<std::string> in_order(const Sweep& sweep) {
  auto values = sweep.values;
  if (all_numbers(sweep)) {
    std::ranges::stable_sort(values, {}, [](const std::string& v) { return *parse_number(v); });
  }
  return values;
}

bool has_metric(const std::vector<SweepPoint>& points) {
  return std::ranges::any_of(points, [](const auto& p) { return !p.standing.metric.empty(); });
}

std::string value_name(const std::vector<SweepPoint>& points) {
  for (const SweepPoint& p : points) {
    if (!p.standing.metric.empty()) return p.standing.metric;
  }
  return "loss";
}

double value_of(const SweepPoint& p, bool metric) {
  if (p.standing.state != State::finished) return std::nan("");
  return metric ? p.standing.value : p.standing.loss;
}

std::string word_of(const Standing& s) {
  switch (s.state) {
    case State::diverged:
      return "diverged";
    case State::stopped:
      return "stopped";
    case State::waiting:
      return "not yet";
    case State::finished:
      break;
  }
  return "no number";
}

// Whether the largest value is more than `factor` times the smallest.
bool spans(const std::vector<report::Series>& series, double factor) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const report::Series& s : series) {
    for (const auto& [x, y] : s.points) {
      if (!std::isfinite(y)) continue;
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  return low > 0 && high > factor * low;
}

std::string chart(const Sweep& sweep, const std::vector<SweepPoint>& points,
                  const std::string& name) {
  auto sorted = points;
  std::ranges::stable_sort(sorted, {}, [](const auto& p) { return *parse_number(p.values[0]); });
  const double least = *parse_number(sorted.front().values[0]),
               most = *parse_number(sorted.back().values[0]);
  const bool metric = has_metric(points);
  report::Series valid{value_name(points), {}, true}, loss{"training loss", {}, true};
  std::vector<report::Mark> marks;
  for (const SweepPoint& p : sorted) {
    const double at = *parse_number(p.values[0]);
    valid.points.emplace_back(at, value_of(p, metric));
    loss.points.emplace_back(at, value_of(p, false));
    if (p.standing.state == State::diverged) {
      marks.push_back({at, fmt::format("diverged at step {}", p.standing.step)});
    }
  }
  std::vector<report::Series> series = {valid};
  if (metric) series.push_back(loss);
  const bool wide = least > 0 && most >= 20 * least;
  const bool steep = spans(series, 1000);
  return svg(report::LineChart{
      .title = fmt::format("{} by {}", value_name(points), name),
      .subtitle = "",
      .x = {sweep.key, wide ? report::Scale::log : report::Scale::linear},
      .y = {metric ? "" : "loss", steep ? report::Scale::log : report::Scale::linear},
      .series = series,
      .levels = {},
      .marks = marks});
}

// Which sweep is which side of the heat map; the others make the panels.
struct Sides {
  std::size_t x = 0;
  std::optional<std::size_t> y;
  std::vector<std::size_t> panels;
};

Sides sides_of(const std::vector<Sweep>& sweeps) {
  std::vector<std::size_t> order(sweeps.size());
  std::iota(order.begin(), order.end(), 0);
  // Numbers make better axes than words.
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return all_numbers(sweeps[i]); });
  Sides sides{order[0], std::nullopt, {}};
  if (order.size() > 1) sides.y = order[1];
  for (std::size_t i = 2; i < order.size(); ++i) sides.panels.push_back(order[i]);
  return sides;
}

const SweepPoint& point_at(const std::vector<SweepPoint>& points,
                           const std::vector<std::string>& values) {
  return *std::ranges::find(points, values, &SweepPoint::values);
}

class Map {
 public:
  Map(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points)
      : sweeps_(sweeps),
        points_(points),
        names_(short_names(sweeps)),
        sides_(sides_of(sweeps)),
        metric_(has_metric(points)) {}

  std::string draw() {
    const auto& y = sides_.y;
    map_.value_name = value_name(points_);
    map_.large_is_good = std::ranges::any_of(
        points_, [](const SweepPoint& p) { return large_is_good(p.standing.metric); });
    map_.title =
        fmt::format("{} by {}{}", map_.value_name, names_[sides_.x], y ? " and " + names_[*y] : "");
    map_.x_title = names_[sides_.x];
    map_.y_title = y ? names_[*y] : "";
    map_.columns = in_order(sweeps_[sides_.x]);
    map_.rows = y ? in_order(sweeps_[*y]) : std::vector<std::string>{""};
    if (y && !all_numbers(sweeps_[*y])) std::ranges::reverse(map_.rows);  // they begin at the top
    add_panels(std::vector<std::string>(sweeps_.size()), 0, "");
    return svg(map_);
  }

 private:
  // One for every combination of the values that are on neither axis.
  void add_panels(std::vector<std::string> values, std::size_t depth, const std::string& title) {
    if (depth == sides_.panels.size()) {
      map_.panels.push_back(panel(std::move(values), title));
      return;
    }
    const std::size_t sweep = sides_.panels[depth];
    for (const std::string& value : in_order(sweeps_[sweep])) {
      values[sweep] = value;
      add_panels(
          values, depth + 1,
          fmt::format("{}{}{} = {}", title, title.empty() ? "" : ", ", names_[sweep], value));
    }
  }

  report::HeatPanel panel(std::vector<std::string> values, const std::string& title) const {
    report::HeatPanel panel{title, {}};
    for (const std::string& row : map_.rows) {
      if (sides_.y) values[*sides_.y] = row;
      panel.rows.emplace_back();
      for (const std::string& column : map_.columns) {
        values[sides_.x] = column;
        const SweepPoint& p = point_at(points_, values);
        panel.rows.back().push_back({value_of(p, metric_), word_of(p.standing)});
      }
    }
    return panel;
  }

  const std::vector<Sweep>& sweeps_;
  const std::vector<SweepPoint>& points_;
  std::vector<std::string> names_;
  Sides sides_;
  bool metric_;
  report::HeatMap map_;
};

}  // namespace

std::string sweep_figure(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points) {
  if (sweeps.size() == 1 && all_numbers(sweeps[0])) {
    return chart(sweeps[0], points, short_names(sweeps)[0]);
  }
  return Map(sweeps, points).draw();
}

}  // namespace dlt::app
