#include "commands/inspect.h"

#include <filesystem>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "commands/warn.h"
#include "models/model.h"

namespace dlt::app {
namespace {

models::Summary summary_of(const std::string& target) {
  const bool run = std::filesystem::is_directory(target);
  auto root = config::Reader::parse_file(run ? target + "/config.json" : target);
  const auto model = models::make_model(root, {run ? target : "", models::Purpose::look});
  warn(root);
  return model->summary();
}

void print_json(const models::Summary& s) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const auto& row : s.layers) {
    layers.push_back({{"name", row.name},
                      {"output", row.output.dims()},
                      {"parameters", row.parameters},
                      {"macs", row.macs}});
  }
  const nlohmann::ordered_json all = {{"layers", layers},
                                      {"parameters", s.parameters},
                                      {"items_per_step", s.items_per_step},
                                      {"flops_per_step", s.flops_per_step},
                                      {"weight_bytes", s.weight_bytes},
                                      {"training_bytes", s.training_bytes}};
  fmt::print("{}\n", all.dump(2));
}

}  // namespace

void inspect(const InspectOptions& options) {
  const models::Summary s = summary_of(options.target);
  if (options.json) return print_json(s);
  fmt::print("{:<24} {:>20} {:>14} {:>16}\n", "layer", "output", "parameters", "MACs");
  for (const auto& row : s.layers) {
    fmt::print("{:<24} {:>20} {:>14} {:>16}\n", row.name, row.output.str(), row.parameters,
               row.macs);
  }
  fmt::print("\nparameters      {}\nweights         {:.1f} MB\n", s.parameters,
             static_cast<double>(s.weight_bytes) / 1e6);
  fmt::print("training step   {} items, {:.1f} GFLOP, about {:.1f} MB of memory\n",
             s.items_per_step, s.flops_per_step / 1e9, static_cast<double>(s.training_bytes) / 1e6);
}

}  // namespace dlt::app
