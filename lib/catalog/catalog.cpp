#include "catalog/catalog.h"

#include <algorithm>
#include <map>

#include "api/layer.h"
#include "api/operator.h"
#include "base/error.h"
#include "data/example_set.h"
#include "data/pair_set.h"
#include "data/sequence_set.h"
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

// A registry's entries as items; `attributes` of one of them, or nullptr.
template <class T, class F>
void add(std::vector<Item>& all, std::string_view kind, const Registry<T>& registry, F attributes) {
  for (const Exported<T>& e : registry.all()) {
    Item item{kind, e, e.summary, {}, {}, {}};
    if constexpr (!std::is_null_pointer_v<F>) {
      item.attributes = [&e, attributes] { return attributes(e); };
    }
    all.push_back(std::move(item));
  }
}

std::vector<Item> collect() {
  std::vector<Item> all;
  const auto reads = [](auto read) {
    return [read](const auto& e) { return named_attributes(e, read); };
  };
  add(all, "operator", api::operators(), [](const auto& e) { return operator_attributes(e.make); });
  for (std::size_t i = 0; i < all.size(); ++i) {
    const api::Operator& op = api::operators().all()[i].make;
    all[i].signature = op.signature;
    all[i].example_attributes = op.example_attributes;
  }
  add(all, "layer", api::layers(), [](const auto& e) { return api::layer_attributes(e.make); });
  add(all, "model", models::catalog(), [](const auto& e) { return models::attributes_of(e.make); });
  add(all, "optimizer", optim::optimizers(), reads(optim::OptimizerConfig::read));
  add(all, "schedule", optim::schedules(), reads(optim::ScheduleConfig::read));
  add(all, "data set", data::example_sets(), [](const auto& e) {
    return named_attributes(e, [&e](config::Reader& r) { e.make(r, data::Target::classes); });
  });
  add(all, "data set", data::pair_sets(),
      [](const auto& e) { return named_attributes(e, [&e](config::Reader& r) { e.make(r); }); });
  add(all, "data set", data::sequence_sets(),
      [](const auto& e) { return named_attributes(e, [&e](config::Reader& r) { e.make(r); }); });
  add(all, "data set", data::text_sets(), reads(data::TextConfig::read));
  add(all, "tokenizer", data::tokenizers(), reads(data::TokenizerConfig::read));
  add(all, "metric", train::metric_names(), nullptr);
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
    if (item.names.has(name)) found.push_back(&item);
    const Names::List names = item.names.all();
    known.insert(known.end(), names.begin(), names.end());
  }
  if (!found.empty()) return found;
  const std::string_view meant = nearest(name, known);
  fail(Exit::usage, "unknown name '{}': {}", name,
       meant.empty() ? "`dlt api list` shows all names" : fmt::format("did you mean '{}'?", meant));
}

}  // namespace dlt::catalog
