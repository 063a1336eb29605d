#include "eval/segments.h"

#include <utf8proc.h>

#include "base/error.h"

namespace dlt::eval {
namespace {

constexpr char32_t capital_sigma = 0x3A3, small_sigma = 0x3C3, final_sigma = 0x3C2;

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_cased(char32_t c) {
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_LU || kind == UTF8PROC_CATEGORY_LL ||
         kind == UTF8PROC_CATEGORY_LT;
}

bool is_case_ignorable(char32_t c) {
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_ME ||
         kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_LM ||
         kind == UTF8PROC_CATEGORY_SK || c == '\'' || c == '.' || c == ':' || c == 0xB7 ||
         c == 0x2018 || c == 0x2019 || c == 0x2024 || c == 0x2027;
}

// Unicode 15, table 3-17: a cased letter before it and none behind it.
bool ends_word(std::u32string_view text, std::size_t at) {
  std::size_t before = at, behind = at + 1;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  while (behind < text.size() && is_case_ignorable(text[behind])) ++behind;
  return before > 0 && is_cased(text[before - 1]) &&
         (behind == text.size() || !is_cased(text[behind]));
}

}  // namespace

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

std::vector<std::u32string> words(std::u32string_view text) {
  std::vector<std::u32string> found;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    if (end > at) found.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

std::u32string lower(std::u32string_view text) {
  std::u32string small;
  small.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == capital_sigma) {
      small += ends_word(text, i) ? final_sigma : small_sigma;
    } else if (text[i] == 0x130) {  // I with a dot above: the one letter that becomes two
      small += U"i\u0307";
    } else {
      small += static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(text[i])));
    }
  }
  return small;
}

Grams count_grams(std::u32string_view units, std::size_t n) {
  Grams counts;
  for (std::size_t i = 0; i + n <= units.size(); ++i) ++counts[units.substr(i, n)];
  return counts;
}

std::u32string WordIds::operator()(const std::vector<std::u32string>& words) {
  std::u32string units;
  for (const std::u32string& word : words) {
    units += ids_.emplace(word, static_cast<char32_t>(ids_.size())).first->second;
  }
  return units;
}

void check_sizes(const Segments& hypotheses, const std::vector<Segments>& references) {
  require(!references.empty(), Exit::data, "there is no reference to compare with");
  for (std::size_t r = 0; r < references.size(); ++r) {
    require(references[r].size() == hypotheses.size(), Exit::data,
            "there are {} hypotheses, but {} segments in reference {}: one for each is needed",
            hypotheses.size(), references[r].size(), r + 1);
  }
}

}  // namespace dlt::eval
