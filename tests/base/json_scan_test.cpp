#include "base/json_scan.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/rng.h"
#include "base/utf8.h"

using namespace dlt;

namespace {

std::string mistake(const std::string& text) {
  const auto found = find_json_mistake(text, Comments::yes);
  return found ? line_and_column(text, found->offset) + " " + found->reason : "none";
}

}  // namespace

TEST_CASE("mistakes in JSON are named at their place", "[base][json]") {
  const std::pair<const char*, const char*> cases[] = {
      {"  ", "1:3 the file is empty"},
      {"{} {}", "1:4 something follows the end of the value"},
      {"[1", "1:3 the text ends where ',' or ']' is expected"},
      {"{\"a\":", "1:6 the text ends where a value is expected"},
      {"{'a': 1}", "1:2 expected a key in double quotes"},
      {"['a']", "1:2 strings need double quotes"},
      {"[\"a\n\"]", "1:2 this string has no end, '\"' is missing"},
      {"[\"a\tb\"]", "1:4 a control character in a string, escape it"},
      {"[\"\\x\"]", "1:3 unknown escape; known: \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"},
      {"[\"\\u12\"]", "1:3 \\u needs four hexadecimal digits"},
      {"[\"\\ud800\"]", "1:9 half of a surrogate pair before this"},
      {"[1.]", "1:4 expected a digit"},
      {"[-]", "1:3 expected a digit"},
      {"[-01]", "1:2 a number may not start with 0"},
      {"[1, ]", "1:3 a comma before ']' is not allowed"},
      {"/* a", "1:1 this comment has no end, */ is missing"},
      {"/a", "1:1 expected a comment, // or /* */"},
  };
  for (const auto& [text, expected] : cases) CHECK(mistake(text) == expected);
  CHECK(mistake(std::string(1000, '[')) == "1:501 nested deeper than 500 levels");
}

TEST_CASE("columns count characters, lines count line ends", "[base][json]") {
  CHECK(line_and_column("é中\"x", 6) == "1:4");
  CHECK(line_and_column("a\nb\n", 4) == "3:1");
  CHECK(mistake("\xEF\xBB\xBF{}") == "none");
}

TEST_CASE("values are found by their pointer", "[base][json]") {
  const std::string text = R"({"a": [1, {"b/c~": "\u00e9"}], /* x */ "d": {}})";
  const auto at = [&](const char* pointer) { return locate_json(text, pointer, Comments::yes); };
  CHECK(at("")->value == 0);
  CHECK(at("/a")->key == 1);
  CHECK(text.substr(at("/a/1/b~1c~0")->value, 4) == "\"\\u0");
  CHECK(at("/a/0")->key == at("/a/0")->value);
  CHECK(text.substr(at("/d")->value) == "{}}");
  CHECK(!at("/e"));
}

TEST_CASE("what has no mistake is what nlohmann::json accepts", "[base][json]") {
  const std::string seed = R"({"a": [1, -2.5e3, true, null], "b": {"c": "\u00e9\n中"}})";
  Rng rng(1);
  int accepted = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = seed;
    for (std::uint64_t edits = 1 + rng.below(2); edits > 0; --edits) {
      const std::string_view pieces = "{}[]\",:01-.eE\\tn \xC3";
      const std::size_t at = rng.below(text.size());
      if (rng.below(2) == 0) text.erase(at, 1);
      text[std::min(at, text.size() - 1)] = pieces[rng.below(pieces.size())];
    }
    const bool ours = !find_json_mistake(text, Comments::no);
    const bool theirs = nlohmann::json::accept(text);
    accepted += theirs ? 1 : 0;
    INFO(text);
    CHECK((ours == theirs || mistake(text).find("twice") != std::string::npos));
  }
  CHECK(accepted > 100);
}

TEST_CASE("UTF-8 is checked as RFC 3629 defines it", "[base][utf8]") {
  for (const char* good : {"", "a", "é", "中", "😀", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
    CHECK(is_utf8(good));
  }
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xE4\xB8", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    CHECK(!is_utf8(bad));
  }
  for (std::uint32_t c : {0x41u, 0xE9u, 0x4E2Du, 0x1F600u}) {
    std::string text;
    append_utf8(text, c);
    CHECK(utf8_length(text) == text.size());
  }
}
