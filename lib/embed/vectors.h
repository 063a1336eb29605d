#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "embed/subwords.h"
#include "tensor/tensor.h"

// Word vectors: training (Word2Vec, fastText, GloVe), files, and what they are good for.
namespace dlt::embed {

// Words and a row of numbers for each. Words differ, are not empty and hold no white space.
struct Vectors {
  std::vector<std::string> words;         // by falling count where counts are known
  std::vector<std::int64_t> counts;       // of each word; empty: not known
  Tensor rows;                            // [words, dim]
  std::optional<Subwords> subwords = {};  // for words that are not there

  std::int64_t size() const { return static_cast<std::int64_t>(words.size()); }
  std::int64_t dim() const { return rows.dim(1); }
};

bool has_space(std::string_view word);  // white space of ASCII: what no word may hold

// The first `count` words, or all if there are not so many.
Vectors first_words(const Vectors& vectors, std::int64_t count);

// Subwords::read of rows in a tensor, which it keeps.
std::function<void(std::size_t row, std::span<real> to)> reader_of(const Tensor& rows);

// 1 / the length of each row; 0 for a row of zeros.
std::vector<real> inverse_lengths(const Tensor& rows);
Tensor unit_rows(const Tensor& rows);  // each of length 1; a row of zeros stays

// Looks words up. Refers to the vectors it was made from.
class WordIndex {
 public:
  explicit WordIndex(const Vectors& vectors);
  std::int64_t find(std::string_view word) const;  // -1: not there; of equal words the first

  std::int64_t repeated() const { return repeated_; }  // the first word seen again; -1: none

 private:
  std::size_t slot_of(std::string_view word, std::size_t hash) const;

  const std::vector<std::string>& words_;
  std::vector<std::uint64_t> slots_;  // open addressing: high half of the hash, row + 1
  std::int64_t repeated_ = -1;
};

}  // namespace dlt::embed
