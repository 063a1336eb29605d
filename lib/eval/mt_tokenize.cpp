#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "eval/bleu.h"
#include "eval/segments.h"
#include "text/utf8.h"

namespace dlt::eval {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_point(char c) { return c == '.' || c == ','; }

// Symbols that stand alone always: ASCII punctuation but ' , - and . of mteval-v13a.
bool is_symbol(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// Goes through `text` from left to right; where `fits` two neighbours, `put` writes them and both
// are done with, as re.sub goes on behind a match. Bytes of a longer character are no digits, so
// that pairs of bytes give what pairs of characters would.
template <class Fits, class Put>
std::string rewrite_pairs(std::string_view text, Fits fits, Put put) {
  std::string out;
  out.reserve(2 * text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (i + 1 < text.size() && fits(text[i], text[i + 1])) {
      put(out, text[i], text[i + 1]);
      i += 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string split_symbols(std::string_view text) {
  std::string out;
  out.reserve(2 * text.size());
  for (const char c : text) {
    if (is_symbol(c)) {
      out += {' ', c, ' '};
    } else {
      out += c;
    }
  }
  return out;
}

std::string with_single_blanks(std::string_view text) {
  std::string out;
  for (const std::u32string& word : words(text::code_points(text))) {
    if (!out.empty()) out += ' ';
    for (const char32_t c : word) append_utf8(out, c);
  }
  return out;
}

// Post 2018, after NIST's mteval-v13a: the part for Western languages, in four passes.
std::string split_western(std::string_view text) {
  std::string out = split_symbols(text);
  out = rewrite_pairs(
      out, [](char a, char b) { return !is_digit(a) && is_point(b); },
      [](std::string& to, char a, char b) {
        to += {a, ' ', b, ' '};
      });
  out = rewrite_pairs(
      out, [](char a, char b) { return is_point(a) && !is_digit(b); },
      [](std::string& to, char a, char b) {
        to += {' ', a, ' ', b};
      });
  out = rewrite_pairs(
      out, [](char a, char b) { return is_digit(a) && b == '-'; },
      [](std::string& to, char a, char b) {
        to += {a, ' ', b, ' '};
      });
  return with_single_blanks(out);
}

std::string tokenize_13a(std::string_view segment) {
  std::string text(segment);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  return split_western(" " + text + " ");
}

// What sacreBLEU's "zh" takes for Chinese. Where its table means CJK Extension B (U+20000 to 2A6D6)
// it says U+2001 to 2A6D: quotation marks, dashes and arrows stand alone, rare ideographs do not.
bool is_chinese(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 14> ranges{{{0x2001, 0x2A6D},
                                                 {0x2E80, 0x2FDF},
                                                 {0x2FF0, 0x303F},
                                                 {0x3100, 0x312F},
                                                 {0x31A0, 0x31EF},
                                                 {0x3200, 0x33FF},
                                                 {0x3400, 0x4DB5},
                                                 {0x4E00, 0x9FBB},
                                                 {0xF900, 0xFA2D},
                                                 {0xFA30, 0xFA6A},
                                                 {0xFA70, 0xFAD9},
                                                 {0xFE10, 0xFE1F},
                                                 {0xFE30, 0xFE4F},
                                                 {0xFF00, 0xFFEF}}};
  return std::ranges::any_of(ranges, [&](const Range& r) { return r.first <= c && c <= r.last; });
}

std::string tokenize_zh(std::string_view segment) {
  const std::u32string all = text::code_points(segment);
  std::u32string_view text = all;
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  std::string out;
  for (const char32_t c : text) {
    const bool apart = is_chinese(c);
    if (apart) out += ' ';
    append_utf8(out, c);
    if (apart) out += ' ';
  }
  return split_western(out);
}

std::string tokenize_char(std::string_view segment) {
  std::string out;
  for (const char32_t c : text::code_points(segment)) {
    append_utf8(out, c);
    out += ' ';
  }
  return with_single_blanks(out);
}

}  // namespace

const Registry<MtTokenize>& mt_tokenizers() {
  static const Registry<MtTokenize> all(
      "tokenizer of BLEU",
      {
          {{"13a"}, "Western languages, as NIST's mteval-v13a", tokenize_13a},
          {{"zh"}, "Chinese: every ideograph by itself, the rest like 13a", tokenize_zh},
          {{"char"}, "every character by itself", tokenize_char},
          {{"none"}, "what blanks separate: text that is tokenized already", with_single_blanks},
      });
  return all;
}

}  // namespace dlt::eval
