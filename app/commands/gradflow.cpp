#include "commands/gradflow.h"

#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/file.h"
#include "commands/open_run.h"
#include "report/line_chart.h"
#include "train/files.h"

namespace dlt::app {
namespace {

struct Flow {
  std::string run, name;  // the folder, and its last part
  std::int64_t step = 0;
  std::vector<double> before, after;  // norms by distance
};

std::vector<double> norms(models::Model& model, const GradflowOptions& o, const std::string& run) {
  models::GradientFlow* flow = model.gradient_flow();
  require(flow != nullptr, Exit::usage,
          "'{}' holds a model without gradients by token: gradflow needs a language model that "
          "learns by gradients",
          run);
  return flow->gradient_norms(o.data, o.windows);
}

Flow measure(const std::string& run, const GradflowOptions& o) {
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "following the gradients of {}\n", run);
  Flow flow{run, train::name_of_folder(run), 0, {}, {}};
  {
    const OpenRun open = open_run(run, o.checkpoint);
    flow.step = open.step;
    flow.after = norms(*open.model, o, run);
  }
  auto root = config::Reader::parse_file(run + "/config.json");
  const auto model = models::make_model(root, {.run = run, .untrained = true});
  flow.before = norms(*model, o, run);
  return flow;
}

std::string figure(const std::vector<Flow>& flows) {
  report::LineChart chart{
      .title = "How far back the loss reaches",
      .subtitle =
          "norm of the gradient of a token's loss by the embedding of a token before it; "
          "dashed: before training",
      .x = {"distance between the two in tokens", report::Scale::linear},
      .y = {"mean norm of the gradient", report::Scale::log},
      .series = {},
      .levels = {},
      .marks = {}};
  const auto add = [&](const std::string& name, const std::vector<double>& by_distance,
                       int beside) {
    report::Series s{name, {}, false, beside};
    for (std::size_t d = 0; d < by_distance.size(); ++d) {
      s.points.emplace_back(static_cast<double>(d), by_distance[d]);
    }
    chart.series.push_back(std::move(s));
  };
  for (const Flow& flow : flows) add(flow.name, flow.after, -1);
  for (std::size_t i = 0; i < flows.size(); ++i) add("", flows[i].before, static_cast<int>(i));
  return svg(chart);
}

void print_json(const std::vector<Flow>& flows) {
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  for (const Flow& flow : flows) {
    runs.push_back(
        {{"run", flow.run}, {"step", flow.step}, {"before", flow.before}, {"after", flow.after}});
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"runs", runs}}.dump());
}

// Distances 0, 1, 2, 4, ... and the largest.
void print_table(const std::vector<Flow>& flows) {
  std::size_t widest = 4, longest = 0;
  for (const Flow& flow : flows) {
    widest = std::max(widest, flow.name.size());
    longest = std::max(longest, flow.after.size());
  }
  std::vector<std::size_t> distances = {0};
  for (std::size_t d = 1; d + 1 < longest; d *= 2) distances.push_back(d);
  if (longest > 1) distances.push_back(longest - 1);
  fmt::print("{:<{}}  {:<9}", "run", widest, "training");
  for (const std::size_t d : distances) fmt::print(" {:>9}", d);
  for (const Flow& flow : flows) {
    for (const bool trained : {false, true}) {
      fmt::print("\n{:<{}}  {:<9}", flow.name, widest, trained ? "after" : "before");
      const auto& by_distance = trained ? flow.after : flow.before;
      for (const std::size_t d : distances) {
        fmt::print(" {:>9}", d < by_distance.size() ? fmt::format("{:.2e}", by_distance[d]) : "-");
      }
    }
  }
  fmt::print("\n");
}

}  // namespace

void gradflow(const GradflowOptions& options) {
  std::vector<Flow> flows;
  for (const std::string& run : options.runs) flows.push_back(measure(run, options));
  if (!options.out.empty()) write_file(options.out, figure(flows));
  options.json ? print_json(flows) : print_table(flows);
}

}  // namespace dlt::app
