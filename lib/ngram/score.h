#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ngram/model.h"

namespace dlt::ngram {

struct Scored {
  float log10_p = 0;
  WordId word = unknown;
  std::uint8_t length = 0;  // of the n-gram found, as KenLM counts: 1 for a word alone, also <unk>
};

// log10 p(w | history): the longest stored n-gram's, plus the back-off weights of the longer
// contexts (see reference: ARPA back-off).
class Scorer {
 public:
  explicit Scorer(const Model& model) : model_(model) {}

  // The last order - 1 words, newest first, back to <s>; log10_bow[n - 1] is what backing off from
  // the last n of them costs.
  struct State {
    std::array<WordId, max_order> words{};
    std::array<float, max_order> log10_bow{};
    int length = 0;
  };
  State begin() const;                                 // after <s>
  State after(std::span<const WordId> history) const;  // oldest first; may hold <s> in front
  Scored score(const State& state, WordId word, State& next) const;  // next may be state

  // Many sentences at once, the fast way: words[i] = sentence_begin starts a history anew and gets
  // no score itself (log10_p 0, length 0). Same numbers as score(). `state` carries the history
  // from call to call.
  void score(std::span<const WordId> words, std::span<Scored> scored, State& state) const;

 private:
  struct Tile;
  void score_tile(std::span<const WordId> words, std::span<Scored> scored, State& state,
                  Tile& tile) const;

  Model model_;
};

// Sums over a text. Perplexities as KenLM's and SRILM's programs print them; of nothing, NaN.
struct Totals {
  double log10_p = 0, log10_p_known = 0;  // of all tokens; of those in the vocabulary
  double log10_p_impossible = 0;          // of known ones that have log_zero or less
  std::int64_t tokens = 0, unknown = 0, impossible = 0;
  std::int64_t sentences = 0, ends = 0;  // ends: </s> among the tokens
  std::int64_t characters = 0;
  std::array<std::int64_t, max_order + 1> hits{};  // by length of the n-gram found

  void add(const Scored& s);
  void add(const Totals& other);
  double perplexity() const;           // KenLM's "including OOVs"
  double perplexity_known() const;     // KenLM's "excluding OOVs"
  double perplexity_possible() const;  // SRILM's ppl: impossible tokens left out too
  double perplexity_words() const;     // SRILM's ppl1: nor is </s> counted as a word
  double bits_per_token() const;
  double bits_per_character() const;  // with line ends
};

}  // namespace dlt::ngram
