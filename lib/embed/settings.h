#pragma once

#include <cstdint>
#include <string>

#include "ngram/word.h"

namespace dlt::embed {

enum class Method : std::uint8_t { skipgram, cbow, glove };
enum class Loss : std::uint8_t { negative_sampling, hierarchical_softmax };

// `model` and `train` of a config of embed.word2vec; defaults as word2vec.c has them.
struct Settings {
  Method method = Method::skipgram;
  Loss loss = Loss::negative_sampling;
  std::int64_t dim = 100;
  std::int64_t window = 5;  // at most; drawn evenly from 1 .. window for each word
  std::int64_t negative = 5;
  double exponent = 0.75;     // negatives are drawn as count^exponent
  double sample = 1e-3;       // t of subsampling, 0: none; keep = min(1, (sqrt(f/t) + 1) t/f)
  bool mean_gradient = true;  // cbow: the true gradient of the mean (Irsoy et al. 2021); false:
                              // word2vec.c's, which adds the whole error to every word
  std::int64_t min_count = 5;
  std::int64_t epochs = 5;
  double lr = 0;  // 0: 0.025 skip-gram, 0.1 cbow (0.05 without mean_gradient), 0.05 glove
  // Character n-grams of min .. max characters share `buckets` rows, as fastText has them; max 0:
  // none.
  std::int64_t min_chars = 0, max_chars = 0, buckets = 2'000'000;
  double x_max = 100, alpha = 0.75;  // glove: weight min(1, (count / x_max)^alpha)
  ngram::Unit unit = ngram::Unit::words;
  // The same bytes whatever the threads; false: threads write into the same rows without waiting
  // for each other (Niu et al. 2011), somewhat faster with several.
  bool deterministic = true;
  std::uint64_t seed = 1;
};

}  // namespace dlt::embed
