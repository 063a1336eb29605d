#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ngram/corpus.h"
#include "ngram/log10.h"
#include "ngram/reshape.h"
#include "ngram/score.h"
#include "ngram/union.h"
#include "ngram/unit.h"

namespace dlt::ngram {
namespace {

constexpr double close_enough = 1e-4;  // relative change of every weight
constexpr int most_rounds = 1000;

// What the models say of each token of a text. Probabilities relative to the best model's, so that
// EM needs neither logarithms nor tiny numbers.
class Tokenwise {
 public:
  explicit Tokenwise(const std::vector<Model>& models) : words_(models), models_(models) {
    for (const Model& model : models) scorers_.emplace_back(model);
    log10_p_.resize(models.size());
  }

  void read(const std::string& file) {
    TextReader reader(file);
    const Unit unit = models_.front().about().unit;
    Block block;
    while (reader.next(block)) {
      each_line(block, [&](std::string_view line, std::int64_t) {
        for (std::size_t k = 0; k < models_.size(); ++k) add_line(k, line, unit);
        close_line();
      });
    }
  }

  std::uint64_t tokens() const { return best_.size(); }
  double perplexity(std::size_t k) const { return per_token(log10_p_[k]); }
  double perplexity(const std::vector<double>& weights) const {
    double sum = 0;
    for (std::size_t t = 0; t < best_.size(); ++t) {
      sum += best_[t] + std::log10(mixed(weights, t));
    }
    return per_token(sum);
  }

  std::vector<double> expectation(const std::vector<double>& weights) const {
    std::vector<double> shares(weights.size());
    for (std::size_t t = 0; t < best_.size(); ++t) {
      const double whole = mixed(weights, t);
      for (std::size_t k = 0; k < weights.size(); ++k) {
        shares[k] += weights[k] * static_cast<double>(relative(t, k)) / whole;
      }
    }
    for (double& share : shares) share /= static_cast<double>(best_.size());
    return shares;
  }

 private:
  float relative(std::size_t t, std::size_t k) const { return relative_[t * models_.size() + k]; }
  double mixed(const std::vector<double>& weights, std::size_t t) const {
    double p = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      p += weights[k] * static_cast<double>(relative(t, k));
    }
    return p;
  }
  double per_token(double log10_p) const {
    return std::pow(10, -log10_p / static_cast<double>(best_.size()));
  }

  void add_line(std::size_t k, std::string_view line, Unit unit) {
    const Vocabulary& vocabulary = models_[k].vocabulary();
    Scorer::State state = scorers_[k].begin(), next;
    const auto add = [&](WordId word) {
      const float log10_p = scorers_[k].score(state, word, next).log10_p;
      line_.push_back(log10_p - (word == unknown ? words_.log10_share(k) : 0));
      log10_p_[k] += static_cast<double>(line_.back());
      state = next;
    };
    std::string_view token;
    for (Tokens tokens(line, unit); tokens.next(token);) {
      const WordId word = vocabulary.id(token);
      add(word == sentence_begin || word == sentence_end ? unknown : word);
    }
    add(sentence_end);
  }

  void close_line() {
    const std::size_t count = line_.size() / models_.size();
    for (std::size_t t = 0; t < count; ++t) {
      float best = line_[t];
      for (std::size_t k = 1; k < models_.size(); ++k) best = std::max(best, line_[k * count + t]);
      for (std::size_t k = 0; k < models_.size(); ++k) {
        relative_.push_back(static_cast<float>(from_log10(line_[k * count + t] - best)));
      }
      best_.push_back(best);
    }
    line_.clear();
  }

  UnionVocabulary words_;
  const std::vector<Model>& models_;
  std::vector<Scorer> scorers_;
  std::vector<float> line_;      // log10 p of the line's tokens, model by model
  std::vector<float> best_;      // log10 p of the best model, per token
  std::vector<float> relative_;  // [token][model]
  std::vector<double> log10_p_;  // of the whole text, per model
};

}  // namespace

Tuning tune_weights(const std::vector<Model>& models, const std::string& text_file) {
  Tokenwise text(models);
  text.read(text_file);
  require(text.tokens() > 0, Exit::data, "'{}' has no text to tune weights on", text_file);
  Tuning tuning;
  tuning.tokens = text.tokens();
  tuning.weights.assign(models.size(), 1 / static_cast<double>(models.size()));
  for (bool moved = true; moved && tuning.rounds < most_rounds; ++tuning.rounds) {
    auto weights = text.expectation(tuning.weights);
    moved = false;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      moved |= std::abs(weights[k] - tuning.weights[k]) > close_enough * tuning.weights[k];
    }
    tuning.weights = std::move(weights);
  }
  for (std::size_t k = 0; k < models.size(); ++k) tuning.perplexity.push_back(text.perplexity(k));
  tuning.mixed = text.perplexity(tuning.weights);
  return tuning;
}

}  // namespace dlt::ngram
