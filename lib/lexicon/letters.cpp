#include "lexicon/letters.h"

#include <algorithm>
#include <utf8proc.h>

#include "base/utf8.h"
#include "text/utf8.h"

namespace dlt::lexicon {
namespace {

bool is_ideograph(char32_t c) {  // CJK and its extensions; kana are letters
  return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3005 ||
         c == 0x3007;
}

char32_t upper(char32_t c) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

}  // namespace

std::u32string letters(std::string_view text) { return text::code_points(text); }

std::string utf8(std::u32string_view letters) {
  std::string text;
  for (char32_t c : letters) append_utf8(text, c);
  return text;
}

char32_t lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

std::u32string folded(std::u32string_view letters) {
  constexpr char32_t raised_comma = 0x2019;
  std::u32string small(letters);
  for (char32_t& c : small) c = c == raised_comma ? U'\'' : lower(c);
  return small;
}

Script script_of(char32_t c) {
  if (c < 0x80) {
    if (c >= '0' && c <= '9') return Script::digit;
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? Script::letter : Script::other;
  }
  if (is_ideograph(c)) return Script::ideograph;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return Script::letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Script::digit;
    default:
      return Script::other;
  }
}

std::string with_capitals_of(std::string_view pattern, std::string_view word) {
  const std::u32string like = letters(pattern), small = letters(word);
  const auto capital = [](char32_t c) { return lower(c) != c; };
  if (like.empty() || !capital(like[0]) || std::ranges::any_of(small, capital)) {
    return std::string(word);
  }
  const auto capitals = std::ranges::count_if(like, capital);
  const auto cased =
      std::ranges::count_if(like, [&](char32_t c) { return upper(lower(c)) != lower(c); });
  std::u32string shown = small;
  const bool all = capitals > 1 && capitals == cased;
  for (std::size_t i = 0; i < (all ? shown.size() : 1); ++i) shown[i] = upper(shown[i]);
  return utf8(shown);
}

}  // namespace dlt::lexicon
