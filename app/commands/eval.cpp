#include "commands/eval.h"

#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "commands/open_run.h"
#include "eval/bleu.h"
#include "models/translator.h"

namespace dlt::app {
namespace {

using nlohmann::ordered_json;

ordered_json as_json(const EvalOptions& o, std::int64_t step, const train::Metrics& metrics) {
  ordered_json all = {{"run", o.run}, {"step", step}};
  for (const auto& [name, value] : metrics) all[name] = value;
  return all;
}

void print(std::int64_t step, const train::Metrics& metrics) {
  fmt::print("step {}\n", step);
  for (const auto& [name, value] : metrics) fmt::print("{:<14} {:.4f}\n", name, value);
}

models::Translated translated(const EvalOptions& o, const models::Translator& model) {
  require(o.reference.empty() || !o.data.empty(), Exit::usage,
          "--reference is the other side of a file: give that file with --data");
  models::SearchOptions search = model.search_options();
  search.beam = o.beam.value_or(search.beam);
  search.length_penalty = o.length_penalty.value_or(search.length_penalty);
  const std::string tokenize = o.tokenize.empty()
                                   ? model.bleu_tokenize()
                                   : eval::mt_tokenizers().find(o.tokenize).canonical();
  return model.measure(o.data, o.reference, search, tokenize);
}

// Held-out pairs, spread evenly.
std::vector<std::size_t> samples_of(const models::Translated& t, std::int64_t wanted) {
  const auto there = t.outputs.size();
  const std::size_t shown = std::min(there, static_cast<std::size_t>(wanted));
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < shown; ++i) places.push_back(i * there / shown);
  return places;
}

void eval_translations(const EvalOptions& o, std::int64_t step, const models::Translator& model) {
  const models::Translated t = translated(o, model);
  const auto samples = samples_of(t, o.samples);
  if (o.json) {
    ordered_json all = as_json(o, step, t.metrics);
    all["bleu_line"] = t.bleu_line;
    all["bleu_signature"] = t.bleu_signature;
    all["chrf_signature"] = t.chrf_signature;
    all["samples"] = ordered_json::array();
    for (const std::size_t i : samples) {
      all["samples"].push_back(
          {{"source", t.sources[i]}, {"reference", t.references[i]}, {"output", t.outputs[i]}});
    }
    fmt::print("{}\n", all.dump());
    return;
  }
  print(step, t.metrics);
  fmt::print("{}\nBLEU {}\nchrF {}\n", t.bleu_line, t.bleu_signature, t.chrf_signature);
  for (const std::size_t i : samples) {
    fmt::print("\nsource     {}\nreference  {}\noutput     {}\n", t.sources[i], t.references[i],
               t.outputs[i]);
  }
}

}  // namespace

void eval(const EvalOptions& o) {
  const OpenRun run = open_run(o.run, o.checkpoint);
  if (const models::Translator* model = run.model->translator()) {
    return eval_translations(o, run.step, *model);
  }
  require(!o.of_translation(), Exit::usage,
          "'{}' holds a model that does not translate: --reference, --beam, --length-penalty and "
          "--tokenize are for runs of seq2seq models",
          o.run);
  const train::Metrics metrics = run.model->evaluate(o.data);
  if (o.json) return fmt::print("{}\n", as_json(o, run.step, metrics).dump());
  print(run.step, metrics);
}

}  // namespace dlt::app
