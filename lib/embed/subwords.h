#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/real.h"

namespace dlt::embed {

// The character n-grams of words and the rows they share, as fastText has them (Bojanowski et al.
// 2017): the pieces of "<word>" of min .. max characters, each in the bucket of its hash.

// FNV-1a in 32 bits with every byte taken as signed, which differs from plain FNV-1a above 127.
std::uint32_t subword_hash(std::string_view piece);

struct Pieces {
  std::int64_t min = 0, max = 0, buckets = 0;

  // The buckets of a word's pieces, by place, then by length; the first and last mark alone are
  // none. Bytes that are not UTF-8 count as characters.
  std::vector<std::uint32_t> of(std::string_view word) const;
};

// Rows of buckets: they give a vector to words that have none of their own.
struct Subwords {
  Pieces pieces;
  std::vector<std::uint32_t> used;  // the buckets that have a row, rising
  std::function<void(std::size_t row, std::span<real> to)> read;

  // The mean of the rows of the word's pieces; false: none of them has a row.
  bool compose(std::string_view word, std::span<real> to) const;
};

// The rows of a matrix of input vectors: one for each word, then one for each bucket that any of
// the words has, by rising number. So there are no rows that nothing could ever train.
class SubwordRows {
 public:
  SubwordRows(std::span<const std::string> words, const Pieces& pieces);

  std::int64_t rows() const { return rows_; }
  // The word's own row, then those of its pieces.
  std::span<const std::uint32_t> of(std::int64_t word) const {
    return std::span(list_).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }
  std::size_t longest() const { return longest_; }  // of() of any word
  const std::vector<std::uint32_t>& used() const { return used_; }

 private:
  std::int64_t rows_ = 0;
  std::size_t longest_ = 0;
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> list_, used_;
};

}  // namespace dlt::embed
