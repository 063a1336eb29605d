#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dlt::embed {

// Draws i with probability weights[i] / sum in constant time (Walker 1977, built as Vose 1991
// does): a column of equal width for each i, shared with at most one other.
class AliasTable {
 public:
  AliasTable() = default;
  explicit AliasTable(std::span<const double> weights);  // not negative, not all 0

  // The draw that 64 random bits stand for.
  std::uint32_t draw(std::uint64_t bits) const {
    const auto at = static_cast<std::uint32_t>(((bits >> 32) * columns_.size()) >> 32);
    const Column& column = columns_[at];
    return static_cast<std::uint32_t>(bits) < column.own ? at : column.other;
  }

 private:
  struct Column {
    std::uint32_t own;  // the share of i, of 2^32
    std::uint32_t other;
  };
  std::vector<Column> columns_;
};

// count^exponent / sum: how often words are drawn as negatives.
std::vector<double> negative_probabilities(std::span<const std::int64_t> counts, double exponent);

// With which probability a word of frequency f is kept: min(1, (sqrt(f/t) + 1) t/f), as word2vec.c
// has it (its paper has sqrt(t/f)); 1 where t is 0.
double keep_probability(double f, double t);

}  // namespace dlt::embed
