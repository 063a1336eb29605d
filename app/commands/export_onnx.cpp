#include "commands/export_onnx.h"

#include <fmt/core.h>

#include "commands/open_run.h"

namespace dlt::app {
namespace {

// The models of pictures, which are those that have a graph.
std::string with_graphs() {
  std::string all;
  for (const auto& entry : models::catalog().all()) {
    const std::string name = entry.canonical();
    if (name.starts_with("vision.")) all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

}  // namespace

void export_onnx(const ExportOnnxOptions& options) {
  const OpenRun open = open_run(options.run, options.checkpoint);
  const auto graph = open.model->onnx();
  require(graph.has_value(), Exit::usage,
          "the model of '{}' has no ONNX form; these have: {} (dlt export weights writes the "
          "weights of any)",
          options.run, with_graphs());
  io::write_onnx(options.out, *graph);
  if (!options.check) return;
  require(io::read_onnx(options.out) == *graph,
          "'{}' does not hold what was written: the disk or "
          "memory is damaged",
          options.out);
  fmt::print("checked: {} nodes and {} arrays equal\n", graph->nodes.size(),
             graph->constants.size());
}

}  // namespace dlt::app
