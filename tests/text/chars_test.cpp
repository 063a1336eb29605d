#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/random_text.h"
#include "text/tokenizer.h"

using namespace dlt;
using Ids = std::vector<std::int32_t>;

TEST_CASE("bytes are their own ids", "[text]") {
  const auto bytes = text::make_bytes();
  CHECK(bytes->name() == "bytes");
  CHECK(bytes->size() == 256);
  CHECK(bytes->encode("a\n\xFF") == Ids{97, 10, 255});
  CHECK(bytes->decode(Ids{97, 10, 255}) == "a\n\xFF");
}

TEST_CASE("characters are numbered in order of their code points", "[text]") {
  const auto chars = text::make_chars("ba中é\nab🙂");
  CHECK(chars->name() == "chars");
  CHECK(chars->size() == 6);
  CHECK(chars->encode("\nabé中🙂") == Ids{0, 1, 2, 3, 4, 5});
  CHECK(chars->decode(Ids{4, 5, 0}) == "中🙂\n");
}

TEST_CASE("characters give back any text of theirs", "[text]") {
  Rng rng(9);
  const std::string text = test::random_text(rng, 2000);
  const auto chars = text::make_chars(text);
  CHECK(chars->decode(chars->encode(text)) == text);
}

TEST_CASE("a character outside the vocabulary is named with its place", "[text][errors]") {
  const auto chars = text::make_chars("abc é\n");
  CHECK_THROWS_WITH(chars->encode("abc\né中"),
                    "line 2, column 2: the character '中' (U+4E2D) is not among the 6 of the "
                    "vocabulary, which are those of the text it was made from");
  CHECK_THROWS_WITH(chars->encode("a\xFF"), "line 1, column 2: byte 0xFF is not UTF-8");
  CHECK_THROWS_WITH(text::make_chars("a\xFF"),
                    "corpus:1:2: byte 0xFF is not UTF-8; convert the file first, for example with "
                    "iconv -f ISO-8859-1 -t UTF-8");
}
