#include "text/pre_split.h"

#include <array>
#include <cstdint>
#include <utf8proc.h>

#include "text/utf8.h"

namespace dlt::text {
namespace {

enum class Kind : std::uint8_t { letter, number, space, other };

constexpr Kind ascii_kind(unsigned c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return Kind::letter;
  if (c >= '0' && c <= '9') return Kind::number;
  return c == ' ' || (c >= 0x09 && c <= 0x0D) ? Kind::space : Kind::other;
}

constexpr auto ascii_kinds = [] {
  std::array<Kind, 128> kinds{};
  for (unsigned c = 0; c < 128; ++c) kinds[c] = ascii_kind(c);
  return kinds;
}();

// General categories L* and N*; White_Space is Z*, U+0085 and the ASCII controls above.
Kind unicode_kind(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::number;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return Kind::space;
    default:
      return c == 0x85 ? Kind::space : Kind::other;
  }
}

struct Glyph {
  Kind kind;
  std::size_t end;
};

Glyph glyph_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {ascii_kinds[first], at + 1};
  const CodePoint c = code_point_at(text, at);
  return {c.state == Utf8::whole ? unicode_kind(c.value) : Kind::other,
          at + static_cast<std::size_t>(c.bytes)};
}

std::size_t run_end(std::string_view text, Glyph glyph) {
  while (glyph.end < text.size()) {
    const Glyph next = glyph_at(text, glyph.end);
    if (next.kind != glyph.kind) break;
    glyph.end = next.end;
  }
  return glyph.end;
}

std::size_t contraction(std::string_view text, std::size_t at) {  // its length, or 0
  if (text[at] != '\'' || at + 1 == text.size()) return 0;
  const char c = text[at + 1];
  if (c == 's' || c == 't' || c == 'm' || c == 'd') return 2;
  const std::string_view two = text.substr(at + 1, 2);
  return two == "re" || two == "ve" || two == "ll" ? 3 : 0;
}

std::size_t space_end(std::string_view text, std::size_t at) {
  std::size_t last = at, end = glyph_at(text, at).end;
  while (end < text.size()) {
    const Glyph next = glyph_at(text, end);
    if (next.kind != Kind::space) return last == at ? end : last;
    last = end;
    end = next.end;
  }
  return end;
}

}  // namespace

std::size_t word_end(std::string_view text, std::size_t at) {
  if (const std::size_t length = contraction(text, at)) return at + length;
  const std::size_t begin = text[at] == ' ' && at + 1 < text.size() ? at + 1 : at;
  const Glyph first = glyph_at(text, begin);
  return first.kind == Kind::space ? space_end(text, at) : run_end(text, first);
}

}  // namespace dlt::text
