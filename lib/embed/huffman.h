#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dlt::embed {

// A binary tree whose leaves are words, the frequent ones near the root (Huffman 1952), for
// hierarchical softmax (Morin and Bengio 2005): the path of inner nodes from the root to each word,
// and at each node whether it goes to the second child. Built as word2vec.c does: nodes are
// numbered as they are made, the root last.
class HuffmanTree {
 public:
  explicit HuffmanTree(std::span<const std::int64_t> counts);  // falling

  std::int64_t nodes() const { return words_ > 0 ? words_ - 1 : 0; }
  std::span<const std::uint32_t> path(std::int64_t word) const { return of(nodes_, word); }
  std::span<const std::uint8_t> code(std::int64_t word) const { return of(codes_, word); }
  std::int64_t longest() const { return longest_; }  // path

 private:
  template <class T>
  std::span<const T> of(const std::vector<T>& all, std::int64_t word) const {
    return std::span(all).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }

  std::int64_t words_, longest_ = 0;
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> nodes_;
  std::vector<std::uint8_t> codes_;
};

}  // namespace dlt::embed
