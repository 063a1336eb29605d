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

  // The longest history that matters, newest word first, and what backing off from it costs.
  struct State {
    std::array<WordId, max_order> words{};
    std::array<float, max_order> log10_bow{};
    int length = 0;
  };
  State begin() const;                                 // after <s>
  State after(std::span<const WordId> history) const;  // oldest first; may hold <s> in front
  Scored score(const State& state, WordId word, State& next) const;

  // Many sentences at once, the fast way: words[i] = sentence_begin starts a history anew and gets
  // no score itself (log10_p 0, length 0). Same numbers as score(). `state` carries the history
  // from call to call.
  void score(std::span<const WordId> words, std::span<Scored> scored, State& state) const;

 private:
  Model model_;
};

// Sums over a text. Perplexities as KenLM's and SRILM's programs print them.
struct Totals {
  double log10_p = 0, log10_p_known = 0;  // of all tokens; of those in the vocabulary
  std::int64_t tokens = 0, unknown = 0, sentences = 0, characters = 0;
  std::array<std::int64_t, max_order + 1> hits{};  // by length of the n-gram found

  void add(const Scored& s);
  double perplexity() const;        // KenLM's "including OOVs"
  double perplexity_known() const;  // "excluding OOVs"; SRILM's ppl
  double perplexity_words() const;  // SRILM's ppl1: </s> not counted as a word
  double bits_per_token() const;
  double bits_per_character() const;  // with line ends
};

}  // namespace dlt::ngram
