#include "commands/inspect.h"

#include <algorithm>
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

// Pictures, not texts: a table with receptive fields and totals for one picture.
bool of_pictures(const models::Summary& s) {
  return !s.layers.empty() && s.layers.front().receptive_field[0] > 0;
}

std::int64_t bytes_of(const models::LayerRow& row) {
  return row.output.size() * static_cast<std::int64_t>(sizeof(real));
}

void print_json(const models::Summary& s) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const auto& row : s.layers) {
    layers.push_back({{"name", row.name},
                      {"output", row.output.dims()},
                      {"parameters", row.parameters},
                      {"macs", row.macs}});
    if (!of_pictures(s)) continue;
    layers.back()["receptive_field"] = row.receptive_field;
    layers.back()["activation_bytes"] = bytes_of(row);
    layers.back()["in_training_alone"] = row.in_training_alone;
  }
  const nlohmann::ordered_json all = {{"layers", layers},
                                      {"parameters", s.parameters},
                                      {"items_per_step", s.items_per_step},
                                      {"flops_per_step", s.flops_per_step},
                                      {"weight_bytes", s.weight_bytes},
                                      {"training_bytes", s.training_bytes}};
  fmt::print("{}\n", all.dump(2));
}

void print_layers(const models::Summary& s) {
  std::size_t width = 24;
  for (const auto& row : s.layers) width = std::max(width, row.name.size());
  fmt::print("{:<{}} {:>20} {:>14} {:>16}", "layer", width, "output", "parameters", "MACs");
  fmt::print("{}\n", of_pictures(s) ? fmt::format(" {:>9} {:>10}", "sees", "memory") : "");
  for (const auto& row : s.layers) {
    fmt::print("{:<{}} {:>20} {:>14} {:>16}", row.name, width, row.output.str(), row.parameters,
               row.macs);
    if (of_pictures(s)) {
      const auto [height, across] = row.receptive_field;
      fmt::print(" {:>9} {:>7.2f} MB", fmt::format("{}x{}", height, across),
                 static_cast<double>(bytes_of(row)) / 1e6);
    }
    fmt::print("\n");
  }
}

// What the layers come to for one of the pictures of a batch.
void print_total(const models::Summary& s) {
  double macs = 0, bytes = 0;
  std::int64_t parameters = 0;
  for (const auto& row : s.layers) {
    if (row.in_training_alone) continue;
    parameters += row.parameters;
    macs += static_cast<double>(row.macs);
    bytes += static_cast<double>(bytes_of(row));
  }
  const auto batch = static_cast<double>(s.layers.front().output.dim(0));
  if (parameters != s.parameters) {
    fmt::print("                {} of them are not for training alone\n", parameters);
  }
  fmt::print("one picture     {:.2f} million MACs, {:.2f} MB of layers' outputs\n",
             macs / batch / 1e6, bytes / batch / 1e6);
}

}  // namespace

void inspect(const InspectOptions& options) {
  const models::Summary s = summary_of(options.target);
  if (options.json) return print_json(s);
  print_layers(s);
  fmt::print("\nparameters      {}\n", s.parameters);
  if (of_pictures(s)) print_total(s);
  fmt::print("weights         {:.1f} MB\n", static_cast<double>(s.weight_bytes) / 1e6);
  fmt::print("training step   {} items, {:.1f} GFLOP, about {:.1f} MB of memory\n",
             s.items_per_step, s.flops_per_step / 1e9, static_cast<double>(s.training_bytes) / 1e6);
}

}  // namespace dlt::app
