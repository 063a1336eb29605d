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
  using Pieces = std::vector<std::string>;
  CHECK(subwords_of("cat", 2, 3) == Pieces{"<c", "<ca", "ca", "cat", "at", "at>", "t>"});
  CHECK(subwords_of("ab", 1, 1) == Pieces{"a", "b"});
  CHECK(subwords_of("\u00E9", 1, 6) == Pieces{"<\u00E9", "<\u00E9>", "\u00E9", "\u00E9>"});
  CHECK(subwords_of("\x80", 2, 6) == Pieces{"<\x80>"});  // a stray byte belongs to what it follows
}

TEST_CASE("only buckets that words have get rows", "[embed][subwords]") {
  const std::vector<std::string> words = {"cat", "cats", "x"};
  const SubwordRows rows(words, 3, 3, 2'000'000);
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
  CHECK(both.size() == 2);                         // <ca, cat
  CHECK(SubwordRows(words, 3, 3, 1).rows() == 4);  // all share one bucket
}

}  // namespace dlt::embed
