#include "commands/api.h"

#include <algorithm>
#include <cstdio>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "api/operator.h"
#include "autograd/graph.h"
#include "base/error.h"
#include "base/file.h"
#include "catalog/catalog.h"
#include "commands/warn.h"
#include "io/safetensors.h"
#include "models/model.h"

namespace dlt::app {
namespace {

using catalog::Item;
using nlohmann::ordered_json;

std::string joined(const Names::List& names) { return fmt::format("{}", fmt::join(names, ", ")); }

// Its names in one version of the API, the preferred one first.
Names::List names_in(const Item& item, std::int64_t version) {
  Names::List names = item.names.in_version(static_cast<int>(version));
  std::stable_partition(names.begin(), names.end(),
                        [&](auto name) { return !item.names.is_deprecated(name); });
  return names;
}

Names::List aliases(const Item& item) {
  Names::List names = names_in(item, 2);
  std::erase(names, item.names.canonical());
  return names;
}

std::vector<config::Attribute> attributes_of(const Item& item) {
  return item.attributes ? item.attributes() : std::vector<config::Attribute>();
}

// "/train/steps" as --set has it: "train.steps".
std::string key_of(const config::Attribute& a) {
  std::string key = a.pointer.substr(1);
  std::ranges::replace(key, '/', '.');
  return key;
}

ordered_json to_json(const Item& item) {
  ordered_json j = {
      {"kind", item.kind},       {"name", item.names.canonical()},      {"aliases", aliases(item)},
      {"v1", names_in(item, 1)}, {"deprecated", item.names.deprecated}, {"summary", item.summary}};
  if (!item.signature.empty()) j["signature"] = item.signature;
  j["attributes"] = ordered_json::array();
  for (const config::Attribute& a : attributes_of(item)) {
    ordered_json row = {{"name", key_of(a)}, {"expected", a.expected}};
    row["required"] = a.fallback.empty();
    if (!a.fallback.empty()) row["default"] = ordered_json::parse(a.fallback);
    j["attributes"].push_back(std::move(row));
  }
  return j;
}

void print_attributes(const std::vector<config::Attribute>& attributes) {
  if (attributes.empty()) return;
  std::size_t widest = 4, longest = 7;
  for (const auto& a : attributes) {
    widest = std::max(widest, a.pointer.size() - 1);
    longest = std::max(longest, a.fallback.size());
  }
  fmt::print("\n  {:<{}}  {:<{}}  allowed\n", "attribute", widest + 5, "default", longest);
  for (const auto& a : attributes) {
    fmt::print("  {:<{}}  {:<{}}  {}\n", key_of(a), widest + 5,
               a.fallback.empty() ? "required" : a.fallback, longest, a.expected);
  }
}

void print(const Item& item) {
  const Names& names = item.names;
  fmt::print("{} ({}): {}\n", names.canonical(), item.kind, item.summary);
  if (!aliases(item).empty()) fmt::print("  aliases     {}\n", joined(aliases(item)));
  if (names.v1) fmt::print("  version 1   {}\n", joined(*names.v1));
  if (!names.deprecated.empty()) fmt::print("  deprecated  {}\n", joined(names.deprecated));
  if (!item.signature.empty()) fmt::print("  signature   {}\n", item.signature);
  print_attributes(attributes_of(item));
}

void warn_if_deprecated(const Item& item, std::string_view name) {
  if (!item.names.is_deprecated(name)) return;
  fmt::print(stderr, "dlt: warning: {} '{}' is an old name: write '{}'\n", item.kind, name,
             item.names.canonical());
}

api::Inputs read_inputs(const std::string& path) {
  const io::SafetensorsFile file(path);
  std::vector<std::pair<std::string, api::Value>> values;
  for (const auto& [name, entry] : file.entries()) {
    const bool is_real = entry.dtype.find('F') != std::string::npos;  // F32, BF16, ...
    values.emplace_back(name, is_real ? api::Value(file.tensor(name)) : file.indices(name));
  }
  return api::Inputs(std::move(values));
}

void write_outputs(const std::string& path, const api::Prepared& op, const api::Outputs& outputs) {
  io::SafetensorsContent content;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = op.signature.outputs[i].name;
    if (const auto* t = std::get_if<Tensor>(&outputs[i])) {
      content.tensors[name] = *t;
    } else {
      content.indices[name] = std::get<Indices>(outputs[i]);
    }
  }
  io::write_safetensors(path, content);
}

// Small arrays whole, row by row; of large ones the shape.
template <class Array, class Values>
void print_array(const std::string& name, const char* type, const Array& a, const Values& values) {
  fmt::print("{} {} {}\n", name, type, a.shape());
  if (a.size() > 256) return;
  const std::int64_t cols = a.shape().rank() > 0 ? a.shape().dim(-1) : 1;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    fmt::print("{:.6g}{}", static_cast<double>(values[i]), (i + 1) % cols == 0 ? '\n' : ' ');
  }
}

void print(const api::Prepared& op, const api::Outputs& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = op.signature.outputs[i].name;
    if (const auto* t = std::get_if<Tensor>(&outputs[i])) {
      print_array(name, "float32", *t, t->data());
    } else {
      const auto& ids = std::get<Indices>(outputs[i]);
      print_array(name, "int64", ids, ids.data());
    }
  }
}

}  // namespace

void api_list(const ApiListOptions& options) {
  ordered_json all = ordered_json::array();
  std::string_view kind;
  for (const Item& item : catalog::everything()) {
    Names::List names = names_in(item, options.version);
    if (names.empty()) continue;
    if (options.json) {
      all.push_back(to_json(item));
      continue;
    }
    if (item.kind != kind) fmt::print("{}{}s\n", kind.empty() ? "" : "\n", item.kind);
    kind = item.kind;
    const std::string first(names.front());
    names.erase(names.begin());
    const std::string also = names.empty() ? "" : fmt::format(" (also {})", joined(names));
    fmt::print("  {:<38} {}{}\n", first, item.summary, also);
  }
  if (options.json) fmt::print("{}\n", all.dump(2));
}

void api_show(const ApiShowOptions& options) {
  ordered_json all = ordered_json::array();
  for (const Item* item : catalog::find(options.name)) {
    warn_if_deprecated(*item, options.name);
    if (options.json) {
      all.push_back(to_json(*item));
    } else {
      print(*item);
    }
  }
  if (options.json) fmt::print("{}\n", all.dump(2));
}

void api_run(const ApiRunOptions& options) {
  const Exported<api::Operator>& entry = api::operators().find(options.name);
  if (const std::string advice = api::operators().advice(options.name); !advice.empty()) {
    fmt::print(stderr, "dlt: warning: {}\n", advice);
  }
  require(!same_file(options.input, options.output), Exit::usage,
          "--output '{}' is the file with the inputs: give the name of another", options.output);
  const auto op =
      api::prepare(entry.canonical(), config::Reader::parse_text(options.attributes, "--attrs"));
  const api::Outputs outputs = api::run(op, read_inputs(options.input));
  write_outputs(options.output, op, outputs);
  print(op, outputs);
}

void api_graph(const ApiGraphOptions& options) {
  require(!same_file(options.config, options.out), Exit::usage,
          "--out '{}' is the config: give the name of another file", options.out);
  auto root = config::Reader::parse_file(options.config);
  const auto model = models::make_model(root, {});
  warn(root);
  train::Task& task = model->synthetic_task();
  std::map<const void*, std::string> names;
  for (const auto& [name, tensor] : task.params().all()) names[tensor.body().get()] = name;
  const std::string dot = autograd::graph_as_dot(task.loss(1, 0), names);
  if (options.out.empty()) {
    fmt::print("{}", dot);
  } else {
    write_file(options.out, dot);
  }
}

}  // namespace dlt::app
