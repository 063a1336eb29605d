#include "lexicon/edit_index.h"

#include <catch2/catch.hpp>

#include "base/rng.h"

namespace dlt::lexicon {
namespace {

std::u32string random_word(Rng& rng, std::size_t longest, std::size_t letters) {
  std::u32string word;
  for (std::size_t n = rng.below(longest + 1); n > 0; --n) {
    word += static_cast<char32_t>(U'a' + rng.below(letters));
  }
  return word;
}

// Optimal string alignment written as its definition.
int naive_distance(std::u32string_view a, std::u32string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(a.size() + b.size());
  const auto a1 = a.substr(1), b1 = b.substr(1);
  if (a[0] == b[0]) return naive_distance(a1, b1);
  int best = std::min({naive_distance(a1, b), naive_distance(a, b1), naive_distance(a1, b1)}) + 1;
  if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
    best = std::min(best, naive_distance(a.substr(2), b.substr(2)) + 1);
  }
  return best;
}

}  // namespace

TEST_CASE("edit distances are those of the definition", "[lexicon]") {
  CHECK(edit_distance(U"informtaion", U"information", 2) == 1);
  CHECK(edit_distance(U"ca", U"abc", 3) == 3);  // no letter is edited twice
  CHECK(edit_distance(U"晚饭", U"晚反", 2) == 1);
  CHECK(edit_distance(U"", U"", 0) == 0);
  CHECK(edit_distance(U"kitten", U"sitting", 2) == 3);
  CHECK(edit_distance(std::u32string(200, U'a'), std::u32string(199, U'a'), 2) == 1);
  Rng rng(3);
  for (int i = 0; i < 3000; ++i) {
    const auto a = random_word(rng, 6, 3), b = random_word(rng, 6, 3);
    const int limit = static_cast<int>(rng.below(4));
    CHECK(edit_distance(a, b, limit) == std::min(naive_distance(a, b), limit + 1));
  }
}

TEST_CASE("the index finds all words within its edits and no others", "[lexicon]") {
  Rng rng(7);
  std::vector<std::u32string> words;
  for (int i = 0; i < 600; ++i) words.push_back(random_word(rng, 12, 4));
  for (int edits = 1; edits <= most_edits; ++edits) {
    const EditIndex index(words, edits);
    for (int i = 0; i < 100; ++i) {
      const auto text = random_word(rng, 12, 4);
      std::vector<std::pair<std::uint32_t, int>> wanted, found;
      for (std::uint32_t w = 0; w < words.size(); ++w) {
        const int distance = edit_distance(text, words[w], edits);
        if (distance <= edits) wanted.emplace_back(w, distance);
      }
      for (const auto& c : index.find(text)) found.emplace_back(c.index, c.edits);
      CHECK(found == wanted);
    }
  }
}

TEST_CASE("an index of odd words", "[lexicon]") {
  const std::u32string longest(longest_word, U'x'), longer(longest_word + 1, U'x');
  const EditIndex index({U"", longest, longer, std::u32string(300, U'x')}, 2);
  CHECK(index.find(U"ab").size() == 1);
  CHECK(index.find(longest).size() == 2);
  CHECK(index.find(longer).empty());
  CHECK(EditIndex({}, 2).find(U"a").empty());
}

}  // namespace dlt::lexicon
