#include "ngram/unit.h"

#include <catch2/catch.hpp>

using namespace dlt::ngram;

namespace {

std::vector<std::string> tokens_of(std::string_view line, Unit unit) {
  std::vector<std::string> found;
  Tokens tokens(line, unit);
  for (std::string_view token; tokens.next(token);) found.emplace_back(token);
  return found;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("lines become tokens", "[ngram][unit]") {
  CHECK(tokens_of(" a\tb\r c\xC2\xA0"
                  "d\v \r",
                  Unit::words) == Strings{"a", "b",
                                          "c\xC2\xA0"
                                          "d\v"});
  CHECK(tokens_of("", Unit::words).empty());
  CHECK(tokens_of(" \r", Unit::words).empty());
  CHECK(tokens_of("a \xE4\xB8\x96\xFF\r", Unit::chars) ==
        Strings{"a", "\u2581", "\xE4\xB8\x96", "\uFFFD"});
  CHECK(tokens_of("a\r b\r", Unit::chars) == Strings{"a", "\r", "\u2581", "b"});
  CHECK(tokens_of("a \xFF\r", Unit::bytes) == Strings{"a", "\u0120", "\u00FF"});
}

TEST_CASE("columns count characters", "[ngram][unit]") {
  Tokens tokens("\xC3\xA4\xC3\xB6  x", Unit::words);
  std::string_view token;
  REQUIRE(tokens.next(token));
  CHECK(tokens.column() == 1);
  REQUIRE(tokens.next(token));
  CHECK(tokens.column() == 5);
}

TEST_CASE("tokens become lines again", "[ngram][unit]") {
  for (Unit unit : {Unit::words, Unit::chars, Unit::bytes}) {
    const std::string line = "to be \xE4\xB8\x96 or";
    std::string again;
    for (const std::string& token : tokens_of(line, unit)) append_token(again, token, unit);
    CHECK(again == line);
  }
}
