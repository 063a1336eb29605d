#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tensor/tensor.h"

// Word vectors: training (Word2Vec, fastText, GloVe), files, and what they are good for.
namespace dlt::embed {

// Words and a row of numbers for each. Words differ, are not empty and hold no white space.
struct Vectors {
  std::vector<std::string> words;    // by falling count where counts are known
  std::vector<std::int64_t> counts;  // of each word; empty: not known
  Tensor rows;                       // [words, dim]

  std::int64_t size() const { return static_cast<std::int64_t>(words.size()); }
  std::int64_t dim() const { return rows.dim(1); }
};

// Looks words up. Refers to the vectors it was made from.
class WordIndex {
 public:
  explicit WordIndex(const Vectors& vectors);
  std::int64_t find(std::string_view word) const;  // -1: not there

 private:
  std::unordered_map<std::string_view, std::int64_t> rows_;
};

}  // namespace dlt::embed
