#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "commands/sweep.h"
#include "train/metrics.h"
#include "train/progress.h"
#include "train/reports.h"
#include "train/run.h"

// What a sweep's runs say of themselves, as values, as a table and as CSV.
namespace dlt::app {
namespace {

namespace fs = std::filesystem;
using State = Standing::State;
using nlohmann::ordered_json;

// Where the run's log says that it diverged since it was last begun or resumed, -1 if nowhere.
std::int64_t divergence(const std::string& folder) {
  if (!fs::exists(folder + "/log.txt")) return -1;
  const std::string log = read_file(folder + "/log.txt", Exit::damaged);
  constexpr std::string_view words = "diverged at step ";
  const auto at = log.rfind(words);
  if (at == std::string::npos) return -1;
  for (const char* later : {"  resumed after step ", "  started\n", "  finished at step "}) {
    if (log.find(later, at) != std::string::npos) return -1;
  }
  std::int64_t step = -1;
  std::from_chars(log.data() + at + words.size(), log.data() + log.size(), step);
  return step;
}

// The metric that `best` follows.
std::string followed_metric(const train::Run& run) {
  const auto config = ordered_json::parse(run.config(), nullptr, /*allow_exceptions=*/false);
  const auto place = "/train/best"_json_pointer;
  return config.contains(place) && config[place].is_string() ? config[place].get<std::string>()
                                                             : "loss";
}

void read_metrics(const train::Run& run, Standing& s) {
  const std::int64_t best = run.step("best").value_or(-1);
  const std::string wanted = "valid_" + followed_metric(run);
  const auto reports = train::read_reports(run);
  for (const train::Report& report : reports) {
    for (const auto& [name, value] : report.metrics) {
      if (name == "loss") s.loss = value;
      if (name != wanted) continue;
      if (s.metric.empty() || best < 0 || report.step == best) s.value = value;
      s.metric = name;
    }
  }
  s.seconds = train::seconds_of_training(reports);
}

// What is to be ranked: small is good.
double score(const Standing& s) {
  if (s.metric.empty()) return s.loss;
  return large_is_good(s.metric) ? -s.value : s.value;
}

std::string shown(double value) {
  if (!std::isfinite(value)) return "-";
  return std::fabs(value) < 1e5 ? fmt::format("{:.4f}", value) : fmt::format("{:.4g}", value);
}

std::string said(const Standing& s) {
  switch (s.state) {
    case State::finished:
      return s.metric.empty() ? "-" : shown(s.value);
    case State::stopped:
      return fmt::format("stopped at step {}", s.step);
    case State::diverged:
      return fmt::format("diverged at step {}", s.step);
    case State::waiting:
      break;
  }
  return "not trained yet";
}

std::string metric_of(const std::vector<SweepPoint>& points) {
  for (const SweepPoint& p : points) {
    if (!p.standing.metric.empty()) return p.standing.metric;
  }
  return "validation";
}

std::vector<SweepPoint> ranked(std::vector<SweepPoint> points) {
  std::ranges::stable_sort(points, [](const SweepPoint& a, const SweepPoint& b) {
    if (a.standing.state != b.standing.state) return a.standing.state < b.standing.state;
    return a.standing.state == State::finished && score(a.standing) < score(b.standing);
  });
  return points;
}

std::string time_of(double seconds) {
  return seconds < 9.95 ? fmt::format("{:.1f}s", seconds) : train::duration(seconds);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string csv_number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "";
}

}  // namespace

bool large_is_good(const std::string& metric) {
  const auto* known = train::metric_names().look(metric.substr(metric.find('_') + 1));
  return known != nullptr && known->make.good == train::Good::large;
}

Standing standing_of(const std::string& folder, std::int64_t steps) {
  Standing s;
  s.loss = std::nan("");
  if (!fs::exists(folder + "/config.json")) return s;
  const auto run = train::Run::open(folder);
  read_metrics(run, s);
  const std::int64_t last = run.step("last").value_or(-1), diverged = divergence(folder);
  s.state = diverged >= 0   ? State::diverged
            : last >= steps ? State::finished
            : last >= 0     ? State::stopped
                            : State::waiting;
  s.step = diverged >= 0 ? diverged : last;
  return s;
}

std::vector<std::string> short_names(const std::vector<Sweep>& sweeps) {
  std::vector<std::string> names;
  for (const Sweep& sweep : sweeps) {
    std::size_t dot = sweep.key.rfind('.');
    const auto clashes = [&](const std::string& end) {
      return std::ranges::count_if(sweeps, [&](const Sweep& other) {
        return other.key == end || other.key.ends_with("." + end);
      });
    };
    while (dot != std::string::npos && clashes(sweep.key.substr(dot + 1)) > 1) {
      dot = dot == 0 ? std::string::npos : sweep.key.rfind('.', dot - 1);
    }
    names.push_back(dot == std::string::npos ? sweep.key : sweep.key.substr(dot + 1));
  }
  return names;
}

std::string sweep_table(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points) {
  std::vector<std::vector<std::string>> rows = {short_names(sweeps)};
  for (const std::string& name :
       {metric_of(points), std::string("loss"), std::string("time"), std::string("folder")}) {
    rows.front().push_back(name);
  }
  for (const SweepPoint& p : ranked(points)) {
    const bool trained = p.standing.state != State::waiting;
    rows.push_back(p.values);
    rows.back().push_back(said(p.standing));
    rows.back().push_back(
        trained && std::isfinite(p.standing.loss) ? fmt::format("{:.4f}", p.standing.loss) : "-");
    rows.back().push_back(trained ? time_of(p.standing.seconds) : "-");
    rows.back().push_back(p.folder);
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string table;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      table += fmt::format("{:<{}}", row[i], widths[i] + 2);
    }
    table += row.back() + "\n";
  }
  return table;
}

std::string sweep_csv(const std::vector<Sweep>& sweeps, const std::vector<SweepPoint>& points) {
  constexpr std::string_view states[] = {"finished", "stopped", "diverged", "waiting"};
  std::string text;
  for (const Sweep& sweep : sweeps) text += csv_field(sweep.key) + ",";
  text += metric_of(points) + ",loss,seconds,state,step,folder\n";
  for (const SweepPoint& p : ranked(points)) {
    const Standing& s = p.standing;
    for (const std::string& value : p.values) text += csv_field(value) + ",";
    text +=
        fmt::format("{},{},{},{},{},{}\n", s.metric.empty() ? "" : csv_number(s.value),
                    csv_number(s.loss), csv_number(s.seconds), states[static_cast<int>(s.state)],
                    std::max<std::int64_t>(s.step, 0), csv_field(p.folder));
  }
  return text;
}

}  // namespace dlt::app
