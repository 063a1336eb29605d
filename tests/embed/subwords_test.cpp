#include "embed/subwords.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace dlt::embed {

TEST_CASE("the hash of a piece is fastText's", "[embed][subwords]") {
  CHECK(subword_hash("the") == 3020861980u);
  CHECK(subword_hash("<ca") == 1066916747u);
  CHECK(subword_hash("\xC3\xA9") == 1023043777u);
  CHECK(subword_hash("\u4E00\u8DEF") == 1718749543u);
  CHECK(subword_hash("</s>") == 3617362777u);
}

TEST_CASE("pieces are of characters, the marks among them", "[embed][subwords]") {
  const auto buckets = [](const std::vector<std::string>& pieces) {
    std::vector<std::uint32_t> all;
    for (const std::string& piece : pieces) all.push_back(subword_hash(piece) % 1000);
    return all;
  };
  const auto of = [](const std::string& word, std::int64_t min, std::int64_t max) {
    return Pieces{min, max, 1000}.of(word);
  };
  CHECK(of("cat", 2, 3) == buckets({"<c", "<ca", "ca", "cat", "at", "at>", "t>"}));
  CHECK(of("ab", 1, 1) == buckets({"a", "b"}));
  CHECK(of("\u00E9", 1, 6) == buckets({"<\u00E9", "<\u00E9>", "\u00E9", "\u00E9>"}));
  CHECK(of("\x80", 2, 6) == buckets({"<\x80>"}));  // a stray byte belongs to what it follows
}

TEST_CASE("a word without a row is the mean of its pieces", "[embed][subwords]") {
  const Pieces pieces{3, 3, 1000};
  const auto rows_of = pieces.of("cat");  // <ca cat at>
  Subwords subwords{pieces, {rows_of.begin(), rows_of.begin() + 2}, {}};
  std::ranges::sort(subwords.used);
  subwords.read = [](std::size_t row, std::span<real> to) {
    to[0] = row == 0 ? real(1) : real(3);
    to[1] = real(-2);
  };
  std::vector<real> vector(2);
  REQUIRE(subwords.compose("cat", vector));
  CHECK(vector == std::vector<real>{2, -2});
  CHECK_FALSE(subwords.compose("xyz", vector));
  CHECK_FALSE(subwords.compose("", vector));
}

TEST_CASE("only buckets that words have get rows", "[embed][subwords]") {
  const std::vector<std::string> words = {"cat", "cats", "x"};
  const SubwordRows rows(words, {3, 3, 2'000'000});
  // <ca cat at> ats ts> <x>
  CHECK(rows.rows() == 3 + 6);
  const auto row_set = [&](std::int64_t w) {
    return std::set<std::uint32_t>(rows.of(w).begin(), rows.of(w).end());
  };
  CHECK(rows.of(0).size() == 4);
  CHECK(rows.of(0).front() == 0);
  CHECK(rows.of(1).size() == 5);
  CHECK(rows.of(2).size() == 2);
  CHECK(rows.longest() == 5);
  const auto cat = row_set(0), cats = row_set(1);
  std::vector<std::uint32_t> both;
  std::set_intersection(cat.begin(), cat.end(), cats.begin(), cats.end(), std::back_inserter(both));
  CHECK(both.size() == 2);                           // <ca, cat
  CHECK(SubwordRows(words, {3, 3, 1}).rows() == 4);  // all share one bucket
}

}  // namespace dlt::embed
