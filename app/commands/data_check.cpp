#include "commands/data_check.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "commands/warn.h"
#include "data/example_set.h"
#include "models/sequential/objective.h"
#include "train/progress.h"

namespace dlt::app {
namespace {

using data::Findings;
using nlohmann::ordered_json;

std::unique_ptr<data::ExampleSet> open(const DataCheckOptions& o) {
  auto root = config::Reader::parse_file(o.config);
  for (const std::string& assignment : o.sets) root.set(assignment);
  auto model = root.child("model"), data = root.child("data");
  std::string name;
  data.need("name", "the name of a data set of examples: images.folder, say");
  auto set =
      data.named("name", name, data::example_sets()).make(data, models::Objective(model).target());
  warn(root);
  return set;
}

bool has_sizes(const Findings& f) { return f.largest[0] > 0; }

void print(const Findings& f) {
  fmt::print("{}{}\n", f.part, f.source.empty() ? "" : "  " + f.source);
  fmt::print("  examples    {}\n", f.examples);
  if (has_sizes(f)) {
    fmt::print("  sizes       {} x {} to {} x {}\n", f.smallest[1], f.smallest[0], f.largest[1],
               f.largest[0]);
  }
  fmt::print("  memory      {:.1f} MB\n", static_cast<double>(f.bytes) / 1e6);
  if (!f.classes.empty()) fmt::print("  classes     {}\n", f.classes.size());
  for (const auto& [name, count] : f.classes) fmt::print("    {:<24} {:>10}\n", name, count);
  if (f.bad.empty()) return;
  fmt::print("  bad         {}\n", f.bad.size());
  for (const std::string& sentence : f.bad) fmt::print("    {}\n", sentence);
}

ordered_json as_json(const Findings& f) {
  ordered_json classes = ordered_json::array();
  for (const auto& [name, count] : f.classes) classes.push_back({{"name", name}, {"count", count}});
  ordered_json all = {{"part", f.part}, {"source", f.source}, {"examples", f.examples}};
  if (has_sizes(f)) {
    all["smallest"] = f.smallest;
    all["largest"] = f.largest;
  }
  all["bytes"] = f.bytes;
  all["classes"] = std::move(classes);
  all["bad"] = f.bad;
  return all;
}

std::vector<Findings> look(const DataCheckOptions& o) {
  const auto set = open(o);
  train::Progress progress(train::Progress::Quiet::no);
  set->on_progress = [&](double done) { progress.stage("pictures", done); };
  return set->check();
}

}  // namespace

int data_check(const DataCheckOptions& o) {
  const std::vector<Findings> all = look(o);
  std::size_t bad = 0;
  ordered_json parts = ordered_json::array();
  for (const Findings& f : all) {
    bad += f.bad.size();
    if (o.json) {
      parts.push_back(as_json(f));
    } else {
      print(f);
    }
  }
  // File names need not be UTF-8.
  constexpr auto replace = ordered_json::error_handler_t::replace;
  if (o.json)
    fmt::print("{}\n", ordered_json({{"parts", parts}, {"bad", bad}}).dump(2, ' ', false, replace));
  return bad > 0 ? static_cast<int>(Exit::data) : 0;
}

}  // namespace dlt::app
