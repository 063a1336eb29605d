#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "ngram/model.h"
#include "ngram/score.h"

// What comes next.
namespace dlt::ngram {

// log10 p(w | history) of every word, by id; <s> has log_zero. Exactly what Scorer gives.
std::vector<float> next_words(const Model& model, const Scorer::State& state);

struct Suggestion {
  WordId word = unknown;
  double probability = 0;
};
// The `count` likeliest next words, likeliest first (equal ones by id), that begin with `prefix`
// (bytes; "": any); <unk> is left out, and </s> where there is a prefix.
std::vector<Suggestion> suggest(const Model& model, const Scorer::State& state,
                                std::string_view prefix, std::size_t count);

struct DrawOptions {
  double temperature = 1;  // 0: always the likeliest word
  std::int64_t top_k = 0;  // 0: all
  double top_p = 1;        // the smallest set of words whose probabilities reach this
};
// A next word by p^(1/temperature), cut to top_k and then top_p; never <unk> or <s>. </s> where
// nothing else is possible.
WordId draw(const Model& model, const Scorer::State& state, const DrawOptions& options, Rng& rng);

}  // namespace dlt::ngram
