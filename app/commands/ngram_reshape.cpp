#include "commands/ngram_reshape.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/utf8.h"
#include "ngram/arpa.h"
#include "ngram/model_file.h"
#include "ngram/prune.h"
#include "ngram/reshape.h"

namespace dlt::app {
namespace {

using namespace ngram;
using nlohmann::ordered_json;

// What a long work does now, for whoever looks on.
void stage(std::string_view what) {
  if (::isatty(2) != 0) fmt::print(stderr, "{} ...\n", what);
}

bool is_arpa(std::string_view name) {
  return name.ends_with(".arpa") || name.ends_with(".arpa.gz");
}

void check_not(const std::string& out, const std::string& input, std::string_view kind) {
  require(input.empty() || !same_file(input, out), Exit::usage,
          "--out '{}' is a {} that is read: give the name of another file", out, kind);
}

void check_output(const std::string& out, const std::vector<std::string>& models, bool quantize) {
  for (const std::string& in : models) check_not(out, in, "model");
  require(!quantize || !is_arpa(out), Exit::usage,
          "--quantize is for dlt's own files, '{}' would be an ARPA file: leave it out", out);
}

void write(const std::string& out, const Tables& tables, bool quantize) {
  stage("writing");
  if (is_arpa(out)) return write_arpa(out, Model::of(tables));
  write_model(out, tables, quantize ? Values::quantized : Values::exact);
}

std::uint64_t total(std::span<const std::uint64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::vector<std::uint64_t> counts_of(const Tables& tables) {
  std::vector<std::uint64_t> counts;
  for (const Level& level : tables.levels) counts.push_back(level.log10_p.size());
  return counts;
}

// "1M" with a kilo of 1000 or 1024.
std::uint64_t amount(const char* option, const std::string& text, double kilo) {
  constexpr std::string_view units = "KMGT";
  double factor = 1;
  std::string_view digits = text;
  const char last = text.empty() ? ' ' : static_cast<char>(std::toupper(text.back()));
  if (const auto at = units.find(last); at != std::string_view::npos) {
    factor = std::pow(kilo, static_cast<double>(at) + 1);
    digits.remove_suffix(1);
  }
  const auto value = parse_number(digits);
  require(value && *value > 0 && *value * factor < 1e18, Exit::usage,
          "{}: expected a number like 500K, 1M or 2G, got '{}'", option, printable(text));
  return static_cast<std::uint64_t>(*value * factor);
}

// How large a file with these n-grams of a model is.
std::uint64_t file_bytes(const Tables& whole, std::span<const std::uint64_t> counts,
                         Values values) {
  FileHeader header = header_of(whole, values);
  const auto bytes = [&](Kind kind) {
    return std::ranges::find(header.sections, kind, &Section::kind)->bytes;
  };
  const auto made = bytes(Kind::made), text = bytes(Kind::text), slots = bytes(Kind::slots);
  header.order = 0;
  header.counts = {};
  for (const std::uint64_t count : counts) {
    if (count == 0) break;
    header.counts[static_cast<std::size_t>(header.order++)] = count;
  }
  header.lay_out(made, text, slots);
  return header.bytes;
}

double threshold_of(const NgramPruneOptions& o, const Pruning& pruning) {
  if (o.entropy) return *o.entropy;
  const Tables& whole = pruning.whole();
  const std::vector<std::uint64_t> words = {whole.vocabulary.size()};
  if (!o.target_ngrams.empty()) {
    const std::uint64_t most = amount("--target-ngrams", o.target_ngrams, 1000);
    require(words[0] <= most, Exit::usage,
            "--target-ngrams {} is less than the model's {} words, which stay: give at least that",
            o.target_ngrams, words[0]);
    return pruning.threshold([&](auto counts) { return total(counts) <= most; });
  }
  const Values values = o.quantize ? Values::quantized : Values::exact;
  const std::uint64_t most = amount("--target-size", o.target_size, 1024);
  const std::uint64_t least = file_bytes(whole, words, values);
  require(least <= most, Exit::usage,
          "--target-size {} is less than the {} bytes of the model's words, which stay: give at "
          "least that",
          o.target_size, least);
  return pruning.threshold([&](auto counts) { return file_bytes(whole, counts, values) <= most; });
}

void print_pruned(const NgramPruneOptions& o, double threshold,
                  const std::vector<std::uint64_t>& before,
                  const std::vector<std::uint64_t>& after) {
  if (o.json) {
    fmt::print(
        "{}\n",
        ordered_json{{"threshold", threshold}, {"before", before}, {"after", after}, {"out", o.out}}
            .dump(2));
    return;
  }
  fmt::print("{:<9}  {:>12}  {:>12}\n", "n-grams", "before", "after");
  for (std::size_t n = 0; n < before.size(); ++n) {
    fmt::print("{:<9}  {:>12}  {:>12}\n", n + 1, before[n], after[n]);
  }
  fmt::print("{:<9}  {:>12}  {:>12}\nthreshold  {:.6g}\n", "all", total(before), total(after),
             threshold);
}

// Adds to what a model says of itself.
void note(About& about, std::string_view key, const ordered_json& value) {
  auto made = ordered_json::parse(about.made, nullptr, false);
  if (!made.is_object()) made = ordered_json::object();
  made[std::string(key)] = value;
  about.made = made.dump();
}

}  // namespace

void ngram_prune(const NgramPruneOptions& o) {
  const int goals =
      (o.entropy ? 1 : 0) + (o.target_ngrams.empty() ? 0 : 1) + (o.target_size.empty() ? 0 : 1);
  require(goals == 1, Exit::usage, "{}: give one of --entropy, --target-ngrams and --target-size",
          goals == 0 ? "there is no goal" : "there are several goals");
  check_output(o.out, {o.lm, o.history}, o.quantize);
  require(o.target_size.empty() || !is_arpa(o.out), Exit::usage,
          "--target-size is that of dlt's own file, '{}' would be an ARPA file: give "
          "--target-ngrams",
          o.out);
  const Model model = Model::open(o.lm);
  require_distribution(model, o.lm);
  std::optional<Model> history;
  if (!o.history.empty()) {
    history = Model::open(o.history);
    require(history->about().unit == model.about().unit, Exit::usage,
            "--history '{}' is a model of another unit than '{}': give one of the same", o.history,
            o.lm);
  }
  stage("weighing every n-gram");
  const Pruning pruning(model, history ? &*history : nullptr);
  const double threshold = threshold_of(o, pruning);
  Tables pruned = pruning.at(threshold);
  note(pruned.about, "pruned", threshold);
  write(o.out, pruned, o.quantize);
  print_pruned(o, threshold, counts_of(pruning.whole()), pruning.counts(threshold));
}

namespace {

std::vector<double> scaled(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  require(sum > 0, Exit::usage, "all weights are 0: give one model a weight");
  if (std::abs(sum - 1) > 1e-6) {
    fmt::print(stderr, "dlt: the weights sum to {:.6g}, they are divided by that\n", sum);
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

void check_goal(const NgramMixOptions& o) {
  const bool one = o.lms.size() == 1;
  require(o.weights.empty() || o.tune.empty(), Exit::usage,
          "--weights and --tune are both given: give one");
  require(one || !o.weights.empty() || !o.tune.empty(), Exit::usage,
          "there are no weights: give --weights 0.7,0.3 or a text to find them with, --tune TEXT");
  require(o.weights.empty() || o.weights.size() == o.lms.size(), Exit::usage,
          "--weights has {} numbers for {} models: give one for each", o.weights.size(),
          o.lms.size());
  require(!o.out.empty() || !o.tune.empty(), Exit::usage,
          "there is nothing to do: give --out FILE, or a text with --tune");
}

void print_mixed(const NgramMixOptions& o, const Tuning& tuning,
                 const std::vector<std::uint64_t>& counts) {
  const bool tuned = tuning.tokens > 0;
  if (o.json) {
    auto models = ordered_json::array();
    for (std::size_t k = 0; k < o.lms.size(); ++k) {
      ordered_json one = {{"file", o.lms[k]}, {"weight", tuning.weights[k]}};
      if (tuned) one["perplexity"] = tuning.perplexity[k];
      models.push_back(std::move(one));
    }
    ordered_json all = {{"models", std::move(models)}};
    if (tuned) all["mix"] = {{"perplexity", tuning.mixed}, {"tokens", tuning.tokens}};
    if (!o.out.empty()) all["out"] = {{"file", o.out}, {"ngrams", counts}};
    fmt::print("{}\n", all.dump(2));
    return;
  }
  fmt::print("{:>10}  {:>10}  model\n", "weight", "perplexity");
  const auto line = [&](double weight, double perplexity, std::string_view name) {
    fmt::print("{:>10.6f}  {:>10}  {}\n", weight, tuned ? fmt::format("{:.4f}", perplexity) : "-",
               name);
  };
  for (std::size_t k = 0; k < o.lms.size(); ++k) {
    line(tuning.weights[k], tuned ? tuning.perplexity[k] : 0, o.lms[k]);
  }
  if (tuned) line(1, tuning.mixed, fmt::format("all, on {} tokens", tuning.tokens));
  if (!o.out.empty()) fmt::print("n-grams     {}\n", fmt::join(counts, " "));
}

}  // namespace

void ngram_mix(const NgramMixOptions& o) {
  check_goal(o);
  if (!o.out.empty()) {
    check_output(o.out, o.lms, o.quantize);
    check_not(o.out, o.tune, "text");
  }
  std::vector<Model> models;
  for (const std::string& lm : o.lms) {
    models.push_back(Model::open(lm));
    require_distribution(models.back(), lm);
  }
  Tuning tuning;
  if (!o.tune.empty()) {
    stage("finding weights");
    tuning = tune_weights(models, o.tune);
  } else {
    tuning.weights = o.weights.empty() ? std::vector<double>{1} : scaled(o.weights);
  }
  std::vector<std::uint64_t> counts;
  if (!o.out.empty()) {
    stage("mixing");
    const Tables mixed = mix(models, tuning.weights);
    counts = counts_of(mixed);
    write(o.out, mixed, o.quantize);
  }
  print_mixed(o, tuning, counts);
}

void ngram_audit(const NgramAuditOptions& o) {
  constexpr double allowed = 1e-4;
  const Model model = Model::open(o.lm);
  const bool distribution = model.about().absent_bow == 0;
  stage("adding up");
  const Audit found = audit(model, static_cast<std::uint64_t>(o.contexts));
  if (o.json) {
    fmt::print("{}\n", ordered_json{{"distribution", distribution},
                                    {"contexts", found.contexts},
                                    {"worst", found.worst},
                                    {"worst_context", found.worst_context},
                                    {"orphans", found.orphans}}
                           .dump(2, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    fmt::print(
        "contexts  {}\nworst     {:.3g} from 1, after '{}'\norphans   {} n-grams whose "
        "context is not stored\n",
        found.contexts, found.worst, found.worst_context, found.orphans);
  }
  if (!distribution) {
    fmt::print(stderr, "dlt: stupid back-off: scores, not probabilities\n");
    return;
  }
  require(found.worst <= allowed,
          "'{}' is no distribution: after '{}' the probabilities sum to 1 with an error of {:.3g}; "
          "`dlt ngram mix --lm {} --out FILE` normalizes it",
          o.lm, found.worst_context, found.worst, o.lm);
}

}  // namespace dlt::app
