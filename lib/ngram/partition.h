#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ngram/word.h"

namespace dlt::ngram {

// A division of all n-grams (of two words and more) into parts of about the same number, each in
// front of the next in the tree's order: by the newest word and, where that is frequent, by the one
// before it.
class Partition {
 public:
  // counts: of the words; parts: about how many are wanted.
  Partition(std::span<const std::uint64_t> counts, std::int64_t parts);

  std::uint32_t size() const { return size_; }
  std::uint32_t part(WordId newest, WordId before) const {
    const Home home = homes_[newest];
    return home.first + (std::uint32_t{quantiles_[before]} * home.parts >> quantile_bits);
  }
  bool divides(WordId newest) const { return homes_[newest].parts > 1; }
  std::uint32_t first_part(WordId newest) const { return homes_[newest].first; }

 private:
  static constexpr int quantile_bits = 6;
  struct Home {
    std::uint32_t first, parts;
  };
  std::vector<Home> homes_;              // [word]
  std::vector<std::uint8_t> quantiles_;  // [word]: below 2^quantile_bits
  std::uint32_t size_ = 0;
};

}  // namespace dlt::ngram
