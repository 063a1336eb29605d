#include "ngram/estimate.h"

#include <cmath>
#include <cstring>

#include "base/parallel.h"
#include "support/folder.h"
#include "support/naive_ngrams.h"

namespace dlt::ngram {
namespace {

using test::Gram;

Estimated estimated(const test::NaiveCounts& naive, const EstimateSettings& settings,
                    const Workspace& work = {}) {
  return estimate(test::to_counts(naive), settings, work, [](const std::string&, double) {});
}

double log10_or_zero(double p) { return p > 0 ? std::log10(p) : double{log_zero}; }

// The words of a gram under the ids of a vocabulary that pruning may have shortened.
Gram renamed(const test::NaiveCounts& naive, const Vocabulary& vocabulary, const Gram& gram) {
  Gram words;
  for (WordId w : gram) words.push_back(vocabulary.id(naive.names[w]));
  return words;
}

// The largest difference of log10 probabilities and back-off weights to the formulas. 1000: a
// different set of n-grams.
double difference(const test::NaiveModel& model, const Tables& tables) {
  double worst = 0;
  const auto& naive = model.counts();
  for (std::size_t n = 1; n <= naive.raw.size(); ++n) {
    const Level& level = tables.levels[n - 1];
    std::size_t kept = n == 1 ? tables.vocabulary.size() : 0;
    for (const auto& entry : naive.raw[n - 1]) {
      const Gram& gram = entry.first;
      if (!model.kept(gram)) continue;
      if (n > 1) ++kept;
      const Node node = test::node_of(tables.levels, renamed(naive, tables.vocabulary, gram));
      if (node == nowhere) return 1000;
      const Gram history(gram.begin(), gram.end() - 1);
      const double p = log10_or_zero(model.p(history, gram.back()));
      worst = std::max(worst, std::abs(p - level.log10_p[node]));
      if (n == naive.raw.size()) continue;
      const double bow = log10_or_zero(model.bow(gram));
      worst = std::max(worst, std::abs(bow - level.log10_bow[node]));
    }
    if (kept != level.log10_p.size()) return 1000;
  }
  return worst;
}

// The largest distance from 1 of the sum of probabilities in any context that was seen.
double imbalance(const test::NaiveModel& model, const Tables& tables) {
  double worst = 0;
  const auto& naive = model.counts();
  std::vector<Gram> histories = {{}, {tables.vocabulary.size() - 1, sentence_begin}};
  for (std::size_t n = 1; n < naive.raw.size(); ++n) {
    for (const auto& entry : naive.raw[n - 1]) {
      histories.push_back(renamed(naive, tables.vocabulary, entry.first));
    }
  }
  for (const Gram& history : histories) {
    double sum = 0;
    for (WordId w = 0; w < tables.vocabulary.size(); ++w) {
      if (w != sentence_begin) sum += std::pow(10, test::naive_score(tables, history, w));
    }
    worst = std::max(worst, std::abs(sum - 1));
  }
  return worst;
}

std::vector<EstimateSettings> variants() {
  std::vector<EstimateSettings> all;
  for (const auto& entry : smoothings().all()) {
    for (const bool interpolate : {true, false}) {
      for (const bool uniform : {true, false}) {
        for (const bool closed : {false, true}) {
          EstimateSettings settings;
          settings.smoothing = entry.make;
          settings.interpolate = interpolate;
          settings.interpolate_unigrams = uniform;
          settings.closed = closed;
          settings.k = 0.3;
          settings.lambda = {0.7};
          all.push_back(settings);
        }
      }
    }
  }
  return all;
}

std::string name_of(const EstimateSettings& s) {
  std::string name = smoothings().of(s.smoothing)->canonical();
  if (!s.interpolate) name += ", backed off";
  if (!s.interpolate_unigrams) name += ", bare unigrams";
  if (s.closed) name += ", closed";
  for (std::int64_t most : s.prune) name += " " + std::to_string(most);
  return name;
}

std::string bytes_of(const Tables& tables) {
  std::string bytes;
  const auto add = [&](const auto& array) {
    bytes.append(reinterpret_cast<const char*>(array.data()), array.size() * sizeof(array[0]));
  };
  for (const Level& level : tables.levels) {
    add(level.word);
    add(level.first);
    add(level.log10_p);
    add(level.log10_bow);
  }
  return bytes;
}

}  // namespace

TEST_CASE("every smoothing is its formula and sums to 1 in each context", "[ngram][estimate]") {
  for (int order = 1; order <= 6; ++order) {
    const auto lines = test::random_lines(static_cast<std::uint64_t>(order), 25, 7, 8);
    const auto naive = test::naive_count(lines, order, test::Marks::yes, {"never"});
    for (EstimateSettings settings : variants()) {
      for (const std::vector<std::int64_t>& prune :
           {std::vector<std::int64_t>{}, {0, 1}, {0, 0, 1, 2}, {2, 3}}) {
        settings.prune = prune;
        if (prune.size() > static_cast<std::size_t>(order)) continue;
        INFO("order " << order << ", " << name_of(settings));
        const test::NaiveModel model(naive, settings);
        const Estimated made = estimated(naive, settings);
        CHECK(difference(model, made.tables) < 2e-6);
        if (settings.smoothing == Smoothing::stupid_backoff) continue;
        CHECK(imbalance(model, made.tables) < 1e-5);
      }
    }
  }
}

TEST_CASE("a word <unk> that was counted is a word", "[ngram][estimate]") {
  auto lines = test::random_lines(3, 60, 9, 9);
  for (int i = 0; i < 9; ++i) lines[i] += " <unk> w1";
  const auto naive = test::naive_count(lines, 3);
  for (const EstimateSettings& settings : variants()) {
    INFO(name_of(settings));
    const test::NaiveModel model(naive, settings);
    const Estimated made = estimated(naive, settings);
    CHECK(difference(model, made.tables) < 2e-6);
    CHECK(made.tables.levels[0].log10_p[unknown] > -2);
  }
}

TEST_CASE("discounts that are given are used", "[ngram][estimate]") {
  const auto naive = test::naive_count(test::random_lines(4, 60, 9, 9), 3);
  EstimateSettings settings;
  settings.smoothing = Smoothing::absolute;
  settings.discounts = {0, 0.25, 0.75};
  const Estimated absolute = estimated(naive, settings);
  CHECK(difference(test::NaiveModel(naive, settings), absolute.tables) < 2e-6);
  CHECK(absolute.orders[1].discounts == std::array<double, 3>{0.25, 0.25, 0.25});
  settings.smoothing = Smoothing::modified_kneser_ney;
  settings.discounts = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  const Estimated modified = estimated(naive, settings);
  CHECK(modified.orders[1].discounts == std::array<double, 3>{0.4, 0.5, 0.6});
  CHECK(modified.orders[1].fallback.empty());
}

TEST_CASE("the same bytes for any number of threads and any memory limit", "[ngram][estimate]") {
  const test::Folder folder;
  const auto naive = test::naive_count(test::random_lines(5, 1000, 800, 30), 3);
  const auto made = [&](Smoothing smoothing, int threads, std::int64_t memory) {
    EstimateSettings settings;
    settings.smoothing = smoothing;
    settings.prune = {1, 1, 2};
    if (smoothing == Smoothing::modified_kneser_ney) settings.prune = {};
    set_threads(threads);
    return bytes_of(estimated(naive, settings, {memory, folder.path()}).tables);
  };
  for (const Smoothing smoothing : {Smoothing::modified_kneser_ney, Smoothing::katz}) {
    const std::string expected = made(smoothing, 1, 0);
    CHECK(made(smoothing, 2, 0) == expected);
    CHECK(made(smoothing, 3, 1) == expected);
  }
  set_threads(1);
  CHECK(folder.list().empty());
}

TEST_CASE("odd corpora have a model", "[ngram][estimate]") {
  for (const std::vector<std::string>& lines : std::vector<std::vector<std::string>>{
           {""}, {"a"}, {"a", "a", "a"}, {"a a a a a a"}, {"", "", "a b"}}) {
    for (const EstimateSettings& settings : variants()) {
      for (int order : {1, 2, 9}) {
        const auto naive = test::naive_count(lines, order);
        INFO(name_of(settings) << ", order " << order << ", " << lines.size() << " lines");
        const test::NaiveModel model(naive, settings);
        const Estimated made = estimated(naive, settings);
        CHECK(difference(model, made.tables) < 2e-6);
        if (settings.smoothing == Smoothing::stupid_backoff) continue;
        CHECK(imbalance(model, made.tables) < 1e-5);
      }
    }
  }
}

}  // namespace dlt::ngram
