#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Words as characters (Unicode code points).
namespace dlt::lexicon {

// Bytes that are not UTF-8 come out as U+FFFD.
std::u32string letters(std::string_view utf8);
std::string utf8(std::u32string_view letters);

char32_t lower(char32_t letter);
std::u32string folded(std::u32string_view letters);  // lower case, and one kind of apostrophe

enum class Script : std::uint8_t {
  letter,     // of an alphabet, and marks
  ideograph,  // a word or half of one each
  digit,
  other,  // punctuation, blanks, symbols
};
Script script_of(char32_t c);

// `word` with the capitals of `pattern`: none, the first, or all; as it is if it has its own.
std::string with_capitals_of(std::string_view pattern, std::string_view word);

}  // namespace dlt::lexicon
