#pragma once

#include "models/text_classifier/encode.h"
#include "models/text_classifier/settings.h"
#include "nn/params.h"

namespace dlt::models {

// logits = W (mean of the rows of words and n-grams) + b. Parameters: "embedding.weight" (a buffer
// if its rows are frozen), "ngrams.weight", "linear.weight", "linear.bias". Rows begin uniform in
// +-1 / dim, as fastText's, or as the vectors of a file.
class TextNetwork {
 public:
  TextNetwork(const nn::Scope& s, const TextClassifierSettings& settings);

  Tensor operator()(const IdLists::Bags& words, const IdLists::Bags& grams) const;
  const Tensor& words() const { return words_; }  // [words, dim]

 private:
  Tensor words_, grams_;  // grams_ undefined: there are none
  Tensor weight_, bias_;
};

}  // namespace dlt::models
