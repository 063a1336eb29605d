#include "lexicon/lexicon.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.h"

namespace dlt::lexicon {
namespace {

bool is_marker(std::string_view word) {
  return word == ngram::unknown_word || word == ngram::begin_word || word == ngram::end_word;
}

}  // namespace

Lexicon::Lexicon(const WordList& list) {
  std::vector<std::string_view> words = {ngram::unknown_word, ngram::begin_word, ngram::end_word};
  std::vector<double> counts(words.size(), 0);
  for (std::size_t i = 0; i < list.words.size(); ++i) {
    if (is_marker(list.words[i])) continue;
    words.emplace_back(list.words[i]);
    counts.push_back(static_cast<double>(list.counts[i]) + 0.5);  // a count of 0 is not never
  }
  vocabulary_ = ngram::Vocabulary(words);
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  for (double count : counts) log_p_.push_back(std::log(std::max(count, 1e-3) / total));
}

Lexicon::Lexicon(const ngram::Model& model)
    : vocabulary_(model.vocabulary()), scorer_(model), order_(model.order()) {
  require(model.about().unit == ngram::Unit::words, Exit::usage,
          "--lm: the model is one of characters or bytes: give a model of words");
  log_p_.reserve(size());
  for (WordId i = 0; i < size(); ++i) log_p_.push_back(model.log10_p(1, i) * std::numbers::ln10);
}

double Lexicon::log_p(const State& state, WordId word, State& next) const {
  if (scorer_) return scorer_->score(state, word, next).log10_p * std::numbers::ln10;
  next = {};
  return log_p_[word];
}

bool same_history(const Lexicon::State& a, const Lexicon::State& b) {
  return a.length == b.length &&
         std::equal(a.words.begin(), a.words.begin() + a.length, b.words.begin());
}

}  // namespace dlt::lexicon
