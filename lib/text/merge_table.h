#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "text/pair_map.h"

namespace dlt::text {

// The merges of a BPE vocabulary, applied to one word: always the earliest-learned merge that any
// two neighbours allow, the leftmost of equal ones (Sennrich, Haddow, Birch 2016).
class MergeTable {
 public:
  struct Rule {
    std::uint32_t rank = 0;
    std::int32_t id = 0;  // what the two become
  };

  MergeTable() = default;
  // pairs[i] becomes ids[i], with rank i: the smaller rank goes first.
  MergeTable(const std::vector<std::pair<std::int32_t, std::int32_t>>& pairs,
             const std::vector<std::int32_t>& ids);

  // Replaces the symbols of a word by its tokens. O(n log n) for any length.
  void apply(std::vector<std::int32_t>& word) const;

 private:
  void apply_to_short(std::vector<std::int32_t>& word) const;
  void apply_to_long(std::vector<std::int32_t>& word) const;
  std::uint32_t rank(std::int32_t left, std::int32_t right) const;

  PairMap<Rule> rules_;
};

}  // namespace dlt::text
