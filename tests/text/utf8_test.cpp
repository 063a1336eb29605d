#include "text/utf8.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/random_text.h"
#include "text/tokenizer.h"

using namespace dlt;
using namespace std::string_literals;

TEST_CASE("every code point survives UTF-8, surrogates are refused", "[text]") {
  for (char32_t c = 0; c < 0x110000; ++c) {
    const std::string bytes = text::utf8(c);
    const text::CodePoint back = text::code_point_at(bytes, 0);
    const bool surrogate = c >= 0xD800 && c < 0xE000;
    if (surrogate ? back.state != text::Utf8::broken : back.value != c) FAIL("code point " << +c);
  }
}

TEST_CASE("what is not UTF-8 is found where it stands", "[text]") {
  CHECK(text::utf8_error("plain, na\xC3\xAFve") == 13);
  CHECK(text::utf8_error("eight by\xFFtes") == 8);
  CHECK(text::utf8_error("overlong \xC0\x80") == 9);
  CHECK(text::utf8_error("overlong \xE0\x80\x80") == 9);
  CHECK(text::utf8_error("surrogate \xED\xA0\x80") == 10);
  CHECK(text::utf8_error("too large \xF4\x90\x80\x80") == 10);
  CHECK(text::utf8_error("cut \xE4\xB8") == 4);
}

TEST_CASE("the prefix of a growing text leaves only an unfinished character out", "[text]") {
  const std::string text = "aé中🙂";
  const std::vector<std::size_t> wanted = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
  for (std::size_t n = 0; n <= text.size(); ++n) {
    CHECK(text::utf8_prefix(text.substr(0, n)).size() == wanted[n]);
  }
  CHECK(text::utf8_prefix("a\xFF") == "a\xFF");
  CHECK(text::utf8_prefix("\x80\x80\x80\x80") == "\x80\x80\x80\x80");
}

TEST_CASE("a stream gives the same text however it is cut", "[text]") {
  Rng rng(3);
  const std::string text = test::random_text(rng, 300);
  std::string out;
  text::Utf8Stream stream;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = 1 + rng.below(4);
    out += stream.push(text.substr(at, n));
    CHECK(text::utf8_error(out) == out.size());
    at += n;
  }
  CHECK(out + stream.finish() == text);
}

TEST_CASE("a stream replaces what can never become a character", "[text]") {
  text::Utf8Stream stream;
  CHECK(stream.push("a\xE4") == "a");
  CHECK(stream.push("b\xFF") == "\uFFFDb\uFFFD");
  CHECK(stream.push("\xF0\x9F") == "");
  CHECK(stream.finish() == "\uFFFD");
  CHECK(stream.finish() == "");
}

TEST_CASE("a text that is not text is refused by name, line and column", "[text][errors]") {
  const auto check = [](const std::string& t) { text::check_text(t, "a.txt"); };
  CHECK_NOTHROW(check("Zoë\n中文\n"));
  CHECK_THROWS_WITH(check(""), "a.txt: the file is empty; UTF-8 text is needed");
  CHECK_THROWS_WITH(check("one\nZo\xC3\xAB\0x"s),
                    "a.txt:2:4: a NUL byte, so this is likely a binary file; UTF-8 text is needed");
  CHECK_THROWS_WITH(check("one\ntwo\nZo\xEB\n"),
                    "a.txt:3:3: byte 0xEB is not UTF-8; convert the file first, for example with "
                    "iconv -f ISO-8859-1 -t UTF-8");
  CHECK_THROWS_WITH(check("\x1F\x8B\x08\0\0"s),
                    "a.txt: this is a gzip file, not UTF-8 text; unpack it first with gunzip");
  CHECK_THROWS_WITH(check("\xFF\xFE\x61\0"s),
                    "a.txt: this is UTF-16 text, not UTF-8 text; convert it first with iconv -f "
                    "UTF-16 -t UTF-8");
  try {
    check("");
  } catch (const Error& e) {
    CHECK(e.exit() == Exit::data);
  }
}
