#include "catalog/catalog.h"

#include <algorithm>
#include <map>

#include "api/layer.h"
#include "api/operator.h"
#include "base/error.h"
#include "data/example_set.h"
#include "data/text_source.h"
#include "models/model.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "train/metrics.h"

namespace dlt::catalog {
namespace {

std::vector<config::Attribute> operator_attributes(const api::Operator& op) {
  auto reader = config::Reader::parse_text(std::string(op.example_attributes), "example");
  op.make(reader);
  return reader.attributes();
}

// Of what is read from an object with its own name in it.
template <class Read>
std::vector<config::Attribute> named_attributes(const Names& names, Read read) {
  // A path where one is required; nothing is opened.
  auto reader = config::Reader::parse_text(
      fmt::format(R"({{"name": "{}", "path": "tokenizer.json"}})", names.canonical()), "example");
  read(reader);
  auto all = reader.attributes();
  std::erase_if(all, [](const config::Attribute& a) { return a.pointer == "/name"; });
  return all;
}

std::vector<Item> collect() {
  std::vector<Item> all;
  for (const auto& e : api::operators().all()) {
    all.push_back({"operator", e, e.summary, [&e] { return operator_attributes(e.make); },
                   e.make.signature, e.make.example_attributes});
  }
  for (const auto& e : api::layers().all()) {
    all.push_back({"layer", e, e.summary, [&e] { return api::layer_attributes(e.make); }, {}, {}});
  }
  for (const auto& e : models::catalog().all()) {
    all.push_back({"model", e, e.summary, [&e] { return models::attributes_of(e.make); }, {}, {}});
  }
  for (const auto& e : optim::optimizers().all()) {
    all.push_back({"optimizer",
                   e,
                   e.summary,
                   [&e] { return named_attributes(e, optim::OptimizerConfig::read); },
                   {},
                   {}});
  }
  for (const auto& e : optim::schedules().all()) {
    all.push_back({"schedule",
                   e,
                   e.summary,
                   [&e] { return named_attributes(e, optim::ScheduleConfig::read); },
                   {},
                   {}});
  }
  for (const auto& e : data::example_sets().all()) {
    const auto read = [&e](config::Reader& r) { e.make(r, data::Target::classes); };
    all.push_back(
        {"data set", e, e.summary, [&e, read] { return named_attributes(e, read); }, {}, {}});
  }
  const auto& text = data::text_sets().all().front();
  all.push_back({"data set",
                 text,
                 text.summary,
                 [&text] { return named_attributes(text, text.make); },
                 {},
                 {}});
  for (const auto& e : data::tokenizers().all()) {
    all.push_back({"tokenizer",
                   e,
                   e.summary,
                   [&e] { return named_attributes(e, data::TokenizerConfig::read); },
                   {},
                   {}});
  }
  for (const auto& e : train::metric_names().all()) {
    all.push_back({"metric", e, e.summary, {}, {}, {}});
  }
  return all;
}

void check_dotted(const std::vector<Item>& all) {
  std::map<std::string_view, const Item*> seen;
  for (const Item& item : all) {
    for (std::string_view name : item.names.all()) {
      if (name.find('.') == name.npos) continue;
      const auto [at, first] = seen.emplace(name, &item);
      require(first, "'{}' is a {} and a {}", name, at->second->kind, item.kind);
    }
  }
}

}  // namespace

const std::vector<Item>& everything() {
  static const std::vector<Item> all = [] {
    auto items = collect();
    check_dotted(items);
    return items;
  }();
  return all;
}

std::vector<const Item*> find(std::string_view name) {
  std::vector<const Item*> found;
  std::vector<std::string_view> known;
  for (const Item& item : everything()) {
    const Names::List names = item.names.all();
    if (std::ranges::find(names, name) != names.end()) found.push_back(&item);
    known.insert(known.end(), names.begin(), names.end());
  }
  if (!found.empty()) return found;
  const std::string_view meant = nearest(name, known);
  fail(Exit::usage, "unknown name '{}': {}", name,
       meant.empty() ? "`dlt api list` shows all names" : fmt::format("did you mean '{}'?", meant));
}

}  // namespace dlt::catalog
