#include "commands/eval.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "commands/open_run.h"

namespace dlt::app {

void eval(const EvalOptions& options) {
  const OpenRun run = open_run(options.run, options.checkpoint);
  const train::Metrics metrics = run.model->evaluate(options.data);
  if (options.json) {
    nlohmann::ordered_json all = {{"run", options.run}, {"step", run.step}};
    for (const auto& [name, value] : metrics) all[name] = value;
    fmt::print("{}\n", all.dump());
    return;
  }
  fmt::print("step {}\n", run.step);
  for (const auto& [name, value] : metrics) fmt::print("{:<14} {:.4f}\n", name, value);
}

}  // namespace dlt::app
