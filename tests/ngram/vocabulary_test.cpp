#include "ngram/vocabulary.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "base/rng.h"
#include "support/failure.h"

using namespace dlt;
using namespace dlt::ngram;

TEST_CASE("a vocabulary knows its words", "[ngram][vocabulary]") {
  std::vector<std::string> words = {"<unk>", "<s>", "</s>", "", std::string(1, '\0')};
  for (int i = 0; i < 5000; ++i) words.push_back("word " + std::to_string(i));
  const Vocabulary vocabulary(words);
  REQUIRE(vocabulary.size() == words.size());
  for (WordId i = 0; i < vocabulary.size(); ++i) {
    CHECK(vocabulary.word(i) == words[i]);
    CHECK(vocabulary.id(words[i]) == i);
  }
  CHECK(vocabulary.id("word 5000") == unknown);
  CHECK(Vocabulary().size() == 3);
  CHECK(Vocabulary().id("</s>") == sentence_end);
  const Vocabulary view(vocabulary.arrays(), nullptr);
  CHECK(view.id("word 17") == vocabulary.id("word 17"));
  CHECK(test::failure(
            [] {
              Vocabulary(std::vector<std::string>{"a", "b\x01", "b\x01"});
            },
            Exit::data) == "the word 'b\\x01' is there twice");
}

// Model files keep hash tables: a hash must never change.
TEST_CASE("the hash of a word is the same for ever", "[ngram][vocabulary]") {
  const auto by_the_book = [](std::string_view word) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
    std::uint64_t h = odd ^ word.size();
    for (std::size_t at = 0;; at += 8) {
      std::uint64_t chunk = 0;
      const std::size_t left = std::min<std::size_t>(word.size() - at, 8);
      for (std::size_t i = 0; i < left; ++i) {
        chunk |= std::uint64_t{static_cast<unsigned char>(word[at + i])} << (8 * i);
      }
      if (left < 8) return mix(h ^ chunk);
      h = (h ^ chunk) * odd;
      h ^= h >> 32;
    }
  };
  Rng rng(1);
  std::string word;
  for (int size = 0; size < 40; ++size) {
    CHECK(Vocabulary::hash(word) == by_the_book(word));
    word += static_cast<char>(rng.below(256));
  }
}
