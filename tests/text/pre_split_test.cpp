#include "text/pre_split.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/random_text.h"

using namespace dlt;
using Words = std::vector<std::string>;

namespace {

Words split(const std::string& text) {
  Words words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text::word_end(text, at);
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

TEST_CASE("words are split as GPT-2 splits them", "[text]") {
  CHECK(split("Hello world") == Words{"Hello", " world"});
  CHECK(split("it's I'LL we've they'd 'sup") ==
        Words{"it", "'s", " I", "'", "LL", " we", "'ve", " they", "'d", " '", "sup"});
  CHECK(split("'sam'") == Words{"'s", "am", "'"});
  CHECK(split("x2 = 3.14!?") == Words{"x", "2", " =", " 3", ".", "14", "!?"});
  CHECK(split("a  b\n\n c\n") == Words{"a", " ", " b", "\n\n", " c", "\n"});
  CHECK(split("a\n\nb") == Words{"a", "\n", "\n", "b"});
  CHECK(split("end   ") == Words{"end", "   "});
  CHECK(split("中文。Zoë ٣٤Ⅷ½") == Words{"中文", "。", "Zoë", " ٣٤Ⅷ½"});
  CHECK(split("a\u3000b\u00A0 c\u0085d") ==
        Words{"a", "\u3000", "b", "\u00A0", " c", "\u0085", "d"});
  CHECK(split("a\u200Bb") == Words{"a", "\u200B", "b"});  // zero width: not white space
}

TEST_CASE("bytes that are not UTF-8 split too, and nothing is lost", "[text]") {
  CHECK(split("a\xFF\xC3 b") == Words{"a", "\xFF\xC3", " b"});
  Rng rng(5);
  for (int i = 0; i < 200; ++i) {
    std::string text = test::random_text(rng, 30), joined;
    text[rng.below(text.size())] = static_cast<char>(rng.below(256));
    for (const std::string& word : split(text)) joined += word;
    CHECK(joined == text);
  }
}
