#include "embed/huffman.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

namespace dlt::embed {

TEST_CASE("frequent words have short codes", "[embed][huffman]") {  // seeds.md 12.4
  const std::vector<std::int64_t> counts = {40, 30, 15, 10, 5};
  const HuffmanTree tree(counts);
  std::vector<std::size_t> lengths;
  double mean = 0;
  for (std::int64_t w = 0; w < 5; ++w) {
    lengths.push_back(tree.code(w).size());
    mean += static_cast<double>(lengths.back()) * static_cast<double>(counts[w]) / 100;
    CHECK(tree.path(w).size() == lengths.back());
    CHECK(tree.path(w).front() == 3);  // the root, made last
  }
  CHECK(lengths == std::vector<std::size_t>{1, 2, 3, 4, 4});
  CHECK(mean == Approx(2.05));
  CHECK(tree.nodes() == 4);
  CHECK(tree.longest() == 4);
}

TEST_CASE("codes are prefixes of no other and fill the tree", "[embed][huffman]") {
  std::vector<std::int64_t> counts;
  for (int i = 0; i < 200; ++i) counts.push_back(1 + 10000 / (1 + i) + (i < 100 ? 3 : 0));
  const HuffmanTree tree(counts);
  double sum = 0;  // Kraft: 1 for a full tree
  for (std::int64_t w = 0; w < 200; ++w) {
    sum += std::ldexp(1.0, -static_cast<int>(tree.code(w).size()));
    for (std::int64_t v = 0; v < w; ++v) {
      const auto a = tree.code(w), b = tree.code(v);
      const std::size_t n = std::min(a.size(), b.size());
      CHECK_FALSE(std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin()));
    }
  }
  CHECK(sum == 1);
}

TEST_CASE("a tree of one word has no nodes", "[embed][huffman]") {
  const std::vector<std::int64_t> counts = {3};
  const HuffmanTree tree(counts);
  CHECK(tree.nodes() == 0);
  CHECK(tree.path(0).empty());
  CHECK(tree.longest() == 0);
}

}  // namespace dlt::embed
