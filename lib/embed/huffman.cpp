#include "embed/huffman.h"

#include <algorithm>

namespace dlt::embed {

// The words lie by falling count, inner nodes come into being by rising count: the two smallest are
// always at the ends of the two rows.
HuffmanTree::HuffmanTree(std::span<const std::int64_t> counts)
    : words_(static_cast<std::int64_t>(counts.size())), begins_(counts.size() + 1) {
  std::vector<std::int64_t> weight(counts.begin(), counts.end());
  std::vector<std::uint32_t> parent(static_cast<std::size_t>(words_ + nodes()));
  std::vector<std::uint8_t> second(parent.size());
  std::int64_t leaf = words_ - 1, inner = words_;
  const auto smallest = [&] {
    const auto made = static_cast<std::int64_t>(weight.size());
    const bool take_leaf = leaf >= 0 && (inner >= made || weight[leaf] < weight[inner]);
    return take_leaf ? leaf-- : inner++;
  };
  for (std::int64_t n = 0; n < nodes(); ++n) {
    const std::int64_t a = smallest(), b = smallest();
    parent[a] = parent[b] = static_cast<std::uint32_t>(n);
    second[b] = 1;
    weight.push_back(weight[a] + weight[b]);
  }
  for (std::int64_t word = 0; word < words_; ++word) {
    begins_[word] = nodes_.size();
    for (std::int64_t at = word; at != words_ + nodes() - 1; at = words_ + parent[at]) {
      nodes_.push_back(parent[at]);
      codes_.push_back(second[at]);
    }
    const auto begin = static_cast<std::ptrdiff_t>(begins_[word]);
    std::reverse(nodes_.begin() + begin, nodes_.end());
    std::reverse(codes_.begin() + begin, codes_.end());
    longest_ = std::max(longest_, static_cast<std::int64_t>(nodes_.size()) - begin);
  }
  begins_[words_] = nodes_.size();
}

}  // namespace dlt::embed
