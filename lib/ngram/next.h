#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "ngram/score.h"

namespace dlt::ngram {

// log10 p(w | history) of every word, by id; <s> has log_zero. Exactly what Scorer gives.
std::vector<float> next_words(const Model& model, const Scorer::State& state);

struct Suggestion {
  WordId word;
  double probability;
};
// The `count` likeliest next words, likeliest first (equal ones by id), that begin with `prefix`
// (bytes; "": any); <unk> is left out.
std::vector<Suggestion> suggest(const Model& model, const Scorer::State& state,
                                std::string_view prefix, std::size_t count);

}  // namespace dlt::ngram
