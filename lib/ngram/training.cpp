#include "ngram/training.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/number.h"
#include "base/system.h"
#include "ngram/prune.h"

namespace dlt::ngram {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(Unit unit) {
  constexpr std::string_view names[] = {"words", "chars", "bytes"};
  return names[static_cast<int>(unit)];
}

std::string name_of(Smoothing smoothing) {
  for (const auto& entry : smoothings().all()) {
    if (entry.make == smoothing) return entry.canonical();
  }
  return "";
}

ordered_json description(const TrainSettings& s, const Trained& t) {
  ordered_json made = {{"order", s.count.order},
                       {"unit", name_of(s.count.text.unit)},
                       {"smoothing", name_of(s.estimate.smoothing)},
                       {"interpolate", s.estimate.interpolate}};
  if (!s.estimate.prune.empty()) made["prune"] = s.estimate.prune;
  if (s.entropy > 0) made["entropy"] = s.entropy;
  if (s.count.text.min_count > 1) made["min_count"] = s.count.text.min_count;
  made["sentences"] = t.sentences;
  made["tokens"] = t.tokens;
  made["unknown"] = t.unknown;
  for (const OrderReport& order : t.orders) {
    ordered_json row = {{"seen", order.seen}, {"kept", order.kept}, {"discounts", order.discounts}};
    if (!order.fallback.empty()) row["fallback"] = order.fallback;
    made["orders"].push_back(std::move(row));
  }
  return made;
}

}  // namespace

Trained train(const std::vector<std::string>& files, const TrainSettings& settings,
              const Report& report) {
  CountSettings wanted = settings.count;
  need(settings.estimate, wanted);
  Counts counts = count(files, wanted, report);
  Trained t;
  t.sentences = counts.sentences;
  t.tokens = counts.tokens;
  t.unknown = counts.unknown;
  Estimated made = estimate(std::move(counts), settings.estimate, settings.count.work, report);
  t.orders = std::move(made.orders);
  made.tables.about.unit = settings.count.text.unit;
  made.tables.about.made = description(settings, t).dump();
  if (settings.entropy > 0) {
    report("pruning", 0);
    t.tables = prune(Model::of(made.tables), settings.entropy);
    for (std::size_t n = 1; n < t.orders.size(); ++n) {
      t.orders[n].kept = t.tables.levels[n].word.size();
    }
    t.tables.about.made = description(settings, t).dump();
  } else {
    t.tables = std::move(made.tables);
  }
  return t;
}

std::vector<std::string> report_lines(const Trained& t) {
  const bool discounted =
      std::ranges::any_of(t.orders, [](const OrderReport& o) { return o.discounts[2] > 0; });
  std::vector<std::string> lines = {
      fmt::format("{} sentences, {} tokens ({} unknown)", t.sentences, t.tokens, t.unknown),
      fmt::format("{:>5} {:>12} {:>12}", "order", "n-grams", "kept")};
  if (discounted) lines.back() += fmt::format("  {:>9} {:>9} {:>9}", "D1", "D2", "D3+");
  for (std::size_t n = 0; n < t.orders.size(); ++n) {
    const OrderReport& order = t.orders[n];
    std::string line = fmt::format("{:>5} {:>12} {:>12}", n + 1, order.seen, order.kept);
    const auto& d = order.discounts;
    if (discounted) line += fmt::format("  {:>9.6f} {:>9.6f} {:>9.6f}", d[0], d[1], d[2]);
    if (!order.fallback.empty()) line += "  " + order.fallback;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  constexpr std::string_view units = "bKMGT";
  if (text.empty()) return std::nullopt;
  double factor = 1024;
  if (text.back() == '%') {
    factor = static_cast<double>(memory_bytes()) / 100;
    text.remove_suffix(1);
  } else if (const auto unit = units.find(text.back()); unit != units.npos) {
    factor = std::pow(1024.0, static_cast<double>(unit));
    text.remove_suffix(1);
  }
  const auto number = parse_number(text);
  if (!number || *number < 0 || *number * factor > 9e18) return std::nullopt;
  return static_cast<std::int64_t>(*number * factor);
}

}  // namespace dlt::ngram
