#include "commands/report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "commands/sweep.h"
#include "report/line_chart.h"
#include "train/files.h"
#include "train/progress.h"
#include "train/reports.h"

namespace dlt::app {
namespace {

constexpr std::string_view held_out = "valid_";

struct RunCurves {
  std::string folder, name, config;
  std::vector<train::Report> reports;
  Standing standing;
};

RunCurves open_curves(const std::string& folder) {
  const auto run = train::Run::open(folder);
  RunCurves c{folder, train::name_of_folder(folder), run.config(), train::read_reports(run),
              standing_of(folder, 0)};
  require(!c.reports.empty(), Exit::usage,
          "'{}' has no reports in metrics.jsonl: there is nothing to draw before it is trained",
          folder);
  return c;
}

// Without "valid_", so that learning and held-out data share a chart; as they first appear.
std::vector<std::string> metrics_of(const std::vector<RunCurves>& runs) {
  std::vector<std::string> names;
  for (const RunCurves& run : runs) {
    for (const train::Report& report : run.reports) {
      for (const auto& [metric, value] : report.metrics) {
        const std::string name = metric.substr(metric.starts_with(held_out) ? held_out.size() : 0);
        if (name != "seconds" && std::ranges::find(names, name) == names.end()) {
          names.push_back(name);
        }
      }
    }
  }
  return names;
}

report::Points points_of(const RunCurves& run, const std::string& metric) {
  report::Points points;
  for (const train::Report& report : run.reports) {
    for (const auto& [name, value] : report.metrics) {
      if (name == metric) points.emplace_back(static_cast<double>(report.step), value);
    }
  }
  return points;
}

// One curve a run, of held-out data if there are any; then the training data's goes along, dashed.
std::string chart(const std::vector<RunCurves>& runs, const std::string& metric,
                  const std::string& title) {
  report::LineChart c{.title = title.empty() ? metric : title,
                      .subtitle = "",
                      .x = {"step"},
                      .y = {metric},
                      .series = {},
                      .levels = {},
                      .marks = {}};
  std::vector<report::Series> beside;
  bool any_held_out = false;
  for (const RunCurves& run : runs) {
    report::Points valid = points_of(run, std::string(held_out) + metric);
    report::Points training = points_of(run, metric);
    if (valid.empty() && training.empty()) continue;
    any_held_out = any_held_out || !valid.empty();
    if (!valid.empty() && !training.empty()) {
      beside.push_back({"", training, false, static_cast<int>(c.series.size())});
    }
    const bool few = !valid.empty() && valid.size() < 50;
    c.series.push_back({run.name, valid.empty() ? training : valid, few});
  }
  if (any_held_out) c.subtitle = "on held-out data";
  if (!beside.empty()) c.subtitle += "; dashed: of the training batches";
  c.series.insert(c.series.end(), beside.begin(), beside.end());
  return svg(c);
}

std::string cell(std::string_view tag, const std::string& text) {
  return fmt::format("<{0}>{1}</{0}>", tag, report::escape_xml(text));
}

std::string table(const std::vector<RunCurves>& runs) {
  std::string rows;
  for (const char* head : {"run", "steps", "best", "training loss", "time"}) {
    rows += cell("th", head);
  }
  for (const RunCurves& run : runs) {
    const Standing& s = run.standing;
    rows += "</tr>\n<tr>" + cell("td", run.folder) + cell("td", std::to_string(s.step)) +
            cell("td", s.metric.empty() ? "-" : fmt::format("{} {:.5g}", s.metric, s.value)) +
            cell("td", fmt::format("{:.5g}", s.loss)) +
            cell("td", s.seconds > 0 ? train::duration(s.seconds) : "-");
  }
  return "<table>\n<tr>" + rows + "</tr>\n</table>\n";
}

constexpr std::string_view style = R"css(
body { margin: 24px; font-family: Helvetica, Arial, 'DejaVu Sans', sans-serif; color: #333; }
table { border-collapse: collapse; margin: 0 0 16px; }
th, td { padding: 4px 14px 4px 0; text-align: left; border-bottom: 1px solid #ddd; font-size: 14px; }
svg { max-width: 100%; height: auto; margin: 0 12px 12px 0; }
summary { cursor: pointer; } pre { font-size: 12px; }
)css";

std::string page(const std::vector<RunCurves>& runs, const std::vector<std::string>& metrics,
                 const std::string& title) {
  std::string body = cell("h1", title) + "\n" + table(runs);
  for (const std::string& metric : metrics) body += chart(runs, metric, "") + "\n";
  for (const RunCurves& run : runs) {
    body += "<details>" + cell("summary", "config of " + run.folder) + cell("pre", run.config) +
            "</details>\n";
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta "
      "charset=\"utf-8\">{}<style>{}</style></head>"
      "\n<body>\n{}</body>\n</html>\n",
      cell("title", title), style, body);
}

void check_known(const std::vector<std::string>& wanted, const std::vector<std::string>& there) {
  for (const std::string& metric : wanted) {
    require(std::ranges::find(there, metric) != there.end(), Exit::usage,
            "no run has a metric '{}'; there are: {}", metric, fmt::join(there, ", "));
  }
}

}  // namespace

void report(const ReportOptions& options) {
  const bool one_chart = options.out.ends_with(".svg");
  require(one_chart || options.out.ends_with(".html"), Exit::usage,
          "--out '{}' ends neither with .html (a page) nor with .svg (one chart)", options.out);
  require(!one_chart || options.metrics.size() <= 1, Exit::usage,
          "--out '{}' is one chart, for one --metric; several make a page: give a .html file",
          options.out);
  std::vector<RunCurves> runs;
  for (const std::string& folder : options.runs) runs.push_back(open_curves(folder));
  const std::vector<std::string> there = metrics_of(runs);
  check_known(options.metrics, there);
  if (one_chart) {
    const std::string metric = options.metrics.empty() ? "loss" : options.metrics.front();
    return write_file(options.out, chart(runs, metric, options.title));
  }
  const std::string title = options.title.empty() ? "Training runs" : options.title;
  write_file(options.out, page(runs, options.metrics.empty() ? there : options.metrics, title));
}

}  // namespace dlt::app
