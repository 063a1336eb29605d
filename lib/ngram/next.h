#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "ngram/model.h"
#include "ngram/score.h"

// What comes next.
namespace dlt::ngram {

// log10 p(w | history) of every word, by id; <s> has log_zero. Exactly what Scorer gives. Takes
// some milliseconds for 100,000 words: each looks for its longest n-gram.
std::vector<float> next_words(const Model& model, const Scorer::State& state);

// The same several times as fast, for many histories: it lists the words that follow each word
// first, which takes 8 bytes and some 20 ns for each n-gram of two words.
class NextWords {
 public:
  explicit NextWords(const Model& model);
  std::vector<float> operator()(const Scorer::State& state) const;

 private:
  struct Follower {
    WordId word;
    Node node;  // of the two words
  };

  Model model_;
  std::vector<float> words_;  // log10 p without a history
  std::vector<Follower> followers_;
  std::vector<Node> first_;  // those of word h are first_[h] .. first_[h + 1] - 1
};

struct Suggestion {
  WordId word = unknown;
  double probability = 0;
};
// The `count` likeliest of the next words, likeliest first (equal ones by id), that begin with
// `prefix` (bytes; "": any). <unk> is left out, and </s> where there is a prefix.
std::vector<Suggestion> suggest(const Vocabulary& vocabulary, std::span<const float> next,
                                std::string_view prefix, std::size_t count);

struct DrawOptions {
  double temperature = 1;  // 0: always the likeliest word
  std::int64_t top_k = 0;  // 0: all
  double top_p = 1;        // the smallest set of words whose probabilities reach this
};
// One of the next words by p^(1/temperature), cut to top_k and then top_p; never <unk> or <s>.
// </s> where nothing else is possible.
WordId draw(std::span<const float> next, const DrawOptions& options, Rng& rng);

}  // namespace dlt::ngram
