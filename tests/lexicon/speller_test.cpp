#include "lexicon/speller.h"

#include <catch2/catch.hpp>

#include "lexicon/letters.h"

namespace dlt::lexicon {
namespace {

Lexicon words(const WordList& list) { return Lexicon(list); }

const WordList& english() {
  static const WordList list = {
      {"the", "information", "world", "would", "word", "wrote", "there", "accommodation", "access",
       "possible", "Paris", "don't", "about", "country", "here", "is", "formation"},
      {5000, 300, 400, 900, 300, 40, 800, 10, 80, 200, 30, 100, 700, 90, 500, 3000, 20}};
  return list;
}

std::vector<std::string> suggested(const Speller& speller, std::string_view word) {
  std::vector<std::string> found;
  for (const auto& s : speller.suggest(word, 10)) {
    found.emplace_back(speller.lexicon().word(s.word));
  }
  return found;
}

}  // namespace

TEST_CASE("a misspelled word finds what was meant", "[lexicon]") {
  const Speller speller(words(english()), 2);
  for (const auto& [wrong, right] :
       std::vector<std::pair<std::string, std::string>>{{"informtaion", "information"},
                                                        {"teh", "the"},
                                                        {"wrold", "world"},
                                                        {"acomodation", "accommodation"},
                                                        {"acess", "access"},
                                                        {"possable", "possible"},
                                                        {"INFORMTAION", "information"},
                                                        {"paris", "Paris"},
                                                        {"dont", "don't"}}) {
    CAPTURE(wrong);
    REQUIRE(!suggested(speller, wrong).empty());
    CHECK(suggested(speller, wrong)[0] == right);
  }
  CHECK(suggested(speller, "xylophone").empty());
  CHECK(suggested(speller, std::string(65, 'e')).empty());
  CHECK(suggested(speller, "").empty());
}

TEST_CASE("suggestions are ranked, with confidences that are shares", "[lexicon]") {
  const Speller speller(words(english()), 2);
  const auto found = speller.suggest("wrold", 10);
  REQUIRE(found.size() >= 3);
  double sum = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) CHECK(found[i].log_p <= found[i - 1].log_p);
    sum += found[i].confidence;
  }
  CHECK(found[0].edits == 1);
  CHECK(found[0].confidence > 0.9);
  CHECK(sum < 1);  // it may also be a new word
  CHECK(sum > 0.99);
  CHECK(speller.suggest("wrold", 2).size() == 2);
  CHECK(speller.suggest("wrold", 2)[1].confidence == found[1].confidence);
  const auto known = speller.suggest("word", 10);
  CHECK(known[0].edits == 0);
  CHECK(speller.knows("World"));
  CHECK_FALSE(speller.knows("wrold"));
}

TEST_CASE("lines are corrected in place", "[lexicon]") {
  Speller speller(words(english()), 2);
  const auto c = speller.correct("Teh  informtaion, (abuot WROLD) is... hier!");
  CHECK(c.text == "The  information, (about WORLD) is... here!");
  REQUIRE(c.changes.size() == 5);
  CHECK(c.changes[0].column == 1);
  CHECK(c.changes[0].from == "Teh");
  CHECK(c.changes[0].to == "The");
  CHECK(c.changes[1].column == 6);
  CHECK(c.changes[3].to == "WORLD");
  CHECK(c.changes[3].column == 26);
  for (const auto& change : c.changes) CHECK((change.confidence > 0.5 && change.confidence <= 1));
}

TEST_CASE("what is no word or right stays", "[lexicon]") {
  Speller speller(words(english()), 2);
  for (const std::string line :
       {"", "  ", "The world is here.",
        "wrold2 teh_x a@teh.wrold www.teh.wrold teh/wrold http://teh", "Xylophonist Zbigniew",
        "我刚吃过晚饭", "'' ' -", "Don't don\u2019t"}) {
    CHECK(speller.correct(line).text == line);
    CHECK(speller.correct(line).changes.empty());
  }
  const std::string long_word(65, 'h');
  CHECK(speller.correct(long_word).text == long_word);
  CHECK(speller.correct("te\xCC\x81 teh").text == "te\xCC\x81 the");
}

TEST_CASE("a line longer than the search is corrected to its end", "[lexicon]") {
  Speller speller(words(english()), 2);
  std::string line, wanted;
  for (int i = 0; i < 2500; ++i) {
    line += "wrold ";
    wanted += "world ";
  }
  CHECK(speller.correct(line).text == wanted);
}

TEST_CASE("capitals of what was written", "[lexicon]") {
  CHECK(with_capitals_of("Teh", "the") == "The");
  CHECK(with_capitals_of("TEH", "the") == "THE");
  CHECK(with_capitals_of("teh", "the") == "the");
  CHECK(with_capitals_of("tEh", "the") == "the");
  CHECK(with_capitals_of("Pairs", "Paris") == "Paris");
  CHECK(with_capitals_of("X", "yes") == "Yes");
  CHECK(with_capitals_of("\u00C9tude", "\u00E9tude") == "\u00C9tude");
  CHECK(with_capitals_of("", "the") == "the");
}

}  // namespace dlt::lexicon
