#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "ngram/model.h"

namespace dlt::ngram {

// The words of several models under common ids: the specials, then the words by their mean
// probability, the likeliest first; equal ones by their bytes. Exit::usage for models of different
// units.
class UnionVocabulary {
 public:
  explicit UnionVocabulary(const std::vector<Model>& models);

  WordId size() const { return words_.size(); }
  const Vocabulary& vocabulary() const { return words_; }
  WordId id_in(std::size_t model, WordId word) const { return to_model_[model][word]; }
  WordId id_of(std::size_t model, WordId word) const { return from_model_[model][word]; }
  bool has(std::size_t model, WordId word) const {
    return word == unknown || to_model_[model][word] != unknown;
  }
  // log10 of the number of words that share a model's <unk>: those it lacks, and <unk>.
  float log10_share(std::size_t model) const {
    const auto known = static_cast<double>(from_model_[model].size());
    return static_cast<float>(std::log10(static_cast<double>(size()) - known + 1));
  }

 private:
  Vocabulary words_;
  std::vector<std::vector<WordId>> to_model_, from_model_;
};

}  // namespace dlt::ngram
