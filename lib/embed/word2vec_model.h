#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "embed/corpus.h"
#include "embed/huffman.h"
#include "embed/sampler.h"
#include "embed/subwords.h"
#include "embed/word2vec_text.h"
#include "tensor/tensor.h"

namespace dlt::embed {

// What Word2Vec learns, and what it draws from.
struct Word2VecModel {
  Word2VecModel(const Settings& settings, const Corpus& corpus);

  // One matrix for both kinds of rows: first the inputs (words, then buckets of subwords), then the
  // outputs (words, or inner nodes of the tree). Initial values as word2vec.c has them: inputs
  // evenly from +-0.5/dim, outputs 0.
  real* row(std::int64_t i) { return rows.mutable_data() + i * width; }
  const real* row(std::int64_t i) const { return rows.data() + i * width; }

  std::int64_t most_outputs() const;  // of a window
  // to [width] = the mean of the word's input rows; `parts` is work space.
  void vector(std::int64_t word, real* to, std::vector<const real*>& parts) const;
  void require_finite(std::int64_t words) const;  // Exit::diverged, `words` words seen

  const Settings settings;
  const Corpus& corpus;
  const std::int64_t width;
  const double lr;
  std::vector<std::uint32_t> keep;
  AliasTable negatives;
  std::optional<HuffmanTree> tree;
  std::optional<SubwordRows> subwords;
  std::int64_t inputs = 0, outputs = 0;
  Tensor rows;  // [inputs + outputs, width]
};

}  // namespace dlt::embed
