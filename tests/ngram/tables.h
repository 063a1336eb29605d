#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/rng.h"
#include "ngram/levels.h"

namespace dlt::test {

struct Weights {
  float log10_p = 0, log10_bow = 0;
};
// N-grams by their words, last word first; with one all its suffixes are there.
using Grams = std::map<std::vector<ngram::WordId>, Weights>;

inline ngram::Tables tables_of(const std::vector<std::string>& words, const Grams& grams,
                               int order) {
  using namespace ngram;
  Tables tables;
  std::vector<std::string> all = {"<unk>", "<s>", "</s>"};
  all.insert(all.end(), words.begin(), words.end());
  tables.vocabulary = Vocabulary(all);
  std::map<std::vector<WordId>, Node> place;
  for (std::size_t n = 1; n <= static_cast<std::size_t>(order); ++n) {
    std::vector<std::pair<std::vector<WordId>, Weights>> of_length;
    for (const auto& [gram, weights] : grams) {
      if (gram.size() == n) of_length.emplace_back(gram, weights);
    }
    const auto size = of_length.size();
    const bool inner = n < static_cast<std::size_t>(order);
    Level level;
    level.log10_p = Array<float>(size, {});
    if (n > 1) level.word = Array<WordId>(size, {});
    if (inner) level.log10_bow = Array<float>(size, {});
    if (inner) level.first = Array<Node>(size + 1, {});
    for (std::size_t i = 0; i < size; ++i) {
      const auto& [gram, weights] = of_length[i];
      place[gram] = static_cast<Node>(i);
      level.log10_p[i] = weights.log10_p;
      if (inner) level.log10_bow[i] = weights.log10_bow;
      if (n == 1) continue;
      level.word[i] = gram.back();
      const std::vector<WordId> parent(gram.begin(), gram.end() - 1);
      ++tables.levels.back().first[place.at(parent) + 1U];
    }
    if (n > 1) {
      auto& first = tables.levels.back().first;
      for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
    }
    tables.levels.push_back(std::move(level));
  }
  return tables;
}

// A model over `words` words besides the special three, of random n-grams.
inline Grams random_grams(int order, int words, int longest, std::uint64_t seed) {
  using ngram::WordId;
  Rng rng(seed);
  const auto weights = [&rng] {
    return Weights{static_cast<float>(rng.uniform(-4, 0)), static_cast<float>(rng.uniform(-1, 0))};
  };
  Grams grams;
  const auto all = static_cast<WordId>(words) + ngram::first_word;
  for (WordId w = 0; w < all; ++w) grams[{w}] = weights();
  for (int i = 0; i < longest; ++i) {
    std::vector<WordId> gram = {ngram::sentence_end + static_cast<WordId>(rng.below(all - 2))};
    while (gram.size() < static_cast<std::size_t>(order) && gram.back() != ngram::sentence_begin) {
      const WordId word = rng.below(6) == 0
                              ? ngram::sentence_begin
                              : static_cast<WordId>(ngram::first_word + rng.below(all - 3));
      gram.push_back(word);
      if (!grams.contains(gram)) grams[gram] = weights();
    }
  }
  return grams;
}

inline std::vector<std::string> letters(int count) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) words.push_back("w" + std::to_string(i));
  return words;
}

inline ngram::Tables random_tables(int order, int words, int longest, std::uint64_t seed) {
  return tables_of(letters(words), random_grams(order, words, longest, seed), order);
}

}  // namespace dlt::test
