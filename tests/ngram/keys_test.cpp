#include "ngram/keys.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "base/rng.h"
#include "ngram/radix_sort.h"
#include "ngram/word_bytes.h"

using namespace dlt;
using namespace dlt::ngram;

namespace {

// Keys of random words and the words themselves, newest first, as keys have them.
template <int Limbs>
void check_keys(int order, WordId words) {
  const KeyLayout layout(order, words);
  INFO("order " << order << ", words " << words);
  REQUIRE(layout.limbs() == Limbs);
  Rng rng(words);
  std::vector<Key<Limbs>> keys;
  std::vector<std::vector<WordId>> books;
  Key<Limbs> key;
  std::vector<WordId> book(static_cast<std::size_t>(order));
  for (int i = 0; i < 6000; ++i) {
    const auto word = static_cast<WordId>(rng.below(1 + rng.below(words)));
    layout.push(key, word);
    book.insert(book.begin(), word + 1);
    book.pop_back();
    keys.push_back(key);
    books.push_back(book);
  }
  std::vector<Key<Limbs>> other(keys.size());
  const Key<Limbs>* sorted = radix_sort(keys.data(), other.data(), keys.size());
  std::sort(books.begin(), books.end());
  bool same = true;
  for (std::size_t i = 0; i < books.size(); ++i) {
    for (int j = 0; j < order; ++j) same &= layout.word(sorted[i], j) == books[i][j];
    if (i == 0 || books[i] == books[i - 1]) continue;
    const auto differ = std::mismatch(books[i].begin(), books[i].end(), books[i - 1].begin()).first;
    same &= layout.shared(sorted[i], sorted[i - 1]) == differ - books[i].begin();
  }
  CHECK(same);
}

}  // namespace

TEST_CASE("keys are sorted as their words", "[ngram][keys]") {
  check_keys<1>(2, 4);
  check_keys<1>(3, 85000);
  check_keys<1>(2, 0xFFFFFFFF);
  check_keys<2>(5, 85000);
  check_keys<2>(9, 256);
  check_keys<3>(9, 1 << 20);
  check_keys<4>(9, 1 << 27);
  check_keys<5>(9, 1 << 29);
  check_keys<5>(9, 0xFFFFFFFF);
}

TEST_CASE("short strings by whole loads", "[ngram][keys]") {
  const std::string text = "abcdefghijklmnopqrst";
  for (std::size_t size = 0; size < text.size(); ++size) {
    std::string other = text.substr(0, size);
    CHECK(same_bytes(text.data(), other.data(), size));
    for (std::size_t i = 0; i < size; ++i) {
      other[i] ^= 0x40;
      CHECK_FALSE(same_bytes(text.data(), other.data(), size));
      other[i] ^= 0x40;
    }
  }
  std::string bytes(8, '\xA0');
  CHECK(before_below(bytes.data(), '!') == 8);
  for (int i = 7; i >= 0; --i) {
    bytes[static_cast<std::size_t>(i)] = i % 2 == 0 ? ' ' : '\0';
    CHECK(before_below(bytes.data(), '!') == i);
  }
}
