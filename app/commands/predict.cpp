#include "commands/predict.h"

#include <algorithm>
#include <fmt/core.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "commands/open_run.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

void print(const std::string& text, const std::vector<std::string>& labels, const real* p,
           const PredictOptions& o) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [p](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(o.top)));
  if (!o.json) {
    std::string line;
    for (const std::size_t c : order) {
      line += fmt::format("{}{}\t{:.4f}", line.empty() ? "" : "\t", labels[c], p[c]);
    }
    return fmt::print("{}\n", line);
  }
  ordered_json classes = ordered_json::array();
  for (const std::size_t c : order) classes.push_back({{"label", labels[c]}, {"p", p[c]}});
  const ordered_json all = {{"text", text}, {"classes", classes}};
  fmt::print("{}\n", all.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

void print(const models::TextClasses& model, std::span<const std::string> texts,
           const PredictOptions& o) {
  if (texts.empty()) return;
  const Tensor p = model.probabilities(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    print(texts[i], model.labels(), p.data() + static_cast<std::int64_t>(i) * p.dim(1), o);
  }
}

}  // namespace

void predict(const PredictOptions& o) {
  const OpenRun open = open_run(o.run, o.checkpoint);
  const models::TextClasses* model = open.model->text_classes();
  require(
      model != nullptr, Exit::usage,
      "'{}' is no text classifier: dlt predict is for runs of net.text_classifier, and of seq.* "
      "models on text.classes",
      o.run);
  if (!o.texts.empty()) return print(*model, o.texts, o);
  constexpr std::size_t most = 1024;  // lines at once
  std::vector<std::string> texts;
  for (std::string line; std::getline(std::cin, line);) {
    texts.push_back(std::move(line));
    if (texts.size() < most) continue;
    print(*model, texts, o);
    texts.clear();
  }
  print(*model, texts, o);
}

}  // namespace dlt::app
