#include "ngram/score.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dlt::ngram {

Scorer::State Scorer::begin() const {
  State state;
  if (model_.order() == 1) return state;
  state.length = 1;
  state.words[0] = sentence_begin;
  state.log10_bow[0] = model_.log10_bow(1, sentence_begin);
  return state;
}

Scorer::State Scorer::after(std::span<const WordId> history) const {
  State state;
  for (const WordId word : history) score(state, word, state);
  return state;
}

Scored Scorer::score(const State& state, WordId word, State& next) const {
  if (word >= model_.vocabulary().size()) word = unknown;
  if (word == sentence_begin) {
    next = begin();
    return {0, sentence_begin, 0};
  }
  const int most = model_.order() - 1;
  State now;
  now.length = std::min(state.length + 1, most);
  now.log10_bow.fill(model_.about().absent_bow);
  if (most > 0) {
    now.words[0] = word;
    std::copy_n(state.words.begin(), now.length - 1, now.words.begin() + 1);
    now.log10_bow[0] = model_.log10_bow(1, word);
  }
  Scored scored = {model_.log10_p(1, word), word, 1};
  Node node = word;
  for (int n = 1; n <= state.length; ++n) {
    node = model_.child(n, node, state.words[static_cast<std::size_t>(n - 1)]);
    if (node == nowhere) break;
    scored.log10_p = model_.log10_p(n + 1, node);
    scored.length = static_cast<std::uint8_t>(n + 1);
    if (n < most) now.log10_bow[static_cast<std::size_t>(n)] = model_.log10_bow(n + 1, node);
  }
  for (int n = scored.length; n <= state.length; ++n) {
    scored.log10_p += state.log10_bow[static_cast<std::size_t>(n - 1)];
  }
  next = now;
  return scored;
}

void Totals::add(const Scored& s) {
  ++tokens;
  ++hits[s.length];
  const auto p = static_cast<double>(s.log10_p);
  log10_p += p;
  if (s.word == ngram::unknown) {
    ++unknown;
    return;
  }
  log10_p_known += p;
  if (s.log10_p > log_zero) return;
  ++impossible;
  log10_p_impossible += p;
}

void Totals::add(const Totals& other) {
  log10_p += other.log10_p;
  log10_p_known += other.log10_p_known;
  log10_p_impossible += other.log10_p_impossible;
  tokens += other.tokens;
  unknown += other.unknown;
  impossible += other.impossible;
  sentences += other.sentences;
  ends += other.ends;
  characters += other.characters;
  for (std::size_t n = 0; n < hits.size(); ++n) hits[n] += other.hits[n];
}

namespace {

// 10^(-sum / count): of nothing, not a number.
double inverse_mean(double log10_sum, std::int64_t count) {
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  return std::pow(10.0, -log10_sum / static_cast<double>(count));
}

double bits(double log10_sum, std::int64_t count) {
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  return -log10_sum * std::log2(10.0) / static_cast<double>(count);
}

}  // namespace

double Totals::perplexity() const { return inverse_mean(log10_p, tokens); }
double Totals::perplexity_known() const { return inverse_mean(log10_p_known, tokens - unknown); }
double Totals::perplexity_possible() const {
  return inverse_mean(log10_p_known - log10_p_impossible, tokens - unknown - impossible);
}
double Totals::perplexity_words() const {
  return inverse_mean(log10_p_known - log10_p_impossible, tokens - unknown - impossible - ends);
}
double Totals::bits_per_token() const { return bits(log10_p, tokens); }
double Totals::bits_per_character() const { return bits(log10_p, characters); }

}  // namespace dlt::ngram
