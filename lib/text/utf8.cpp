#include "text/utf8.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace dlt::text {
namespace {

struct Lead {
  int bytes;                // of the whole character; 0: no character begins so
  unsigned char low, high;  // what the second byte may be
};

Lead lead_of(unsigned char c) {
  if (c < 0x80) return {1, 0, 0};
  if (c < 0xC2 || c > 0xF4) return {0, 0, 0};
  if (c < 0xE0) return {2, 0x80, 0xBF};
  if (c < 0xF0) {
    return {3, static_cast<unsigned char>(c == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(c == 0xED ? 0x9F : 0xBF)};
  }
  return {4, static_cast<unsigned char>(c == 0xF0 ? 0x90 : 0x80),
          static_cast<unsigned char>(c == 0xF4 ? 0x8F : 0xBF)};
}

bool eight_ascii(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return (word & 0x8080808080808080ull) == 0;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1, Utf8::whole};
  const Lead lead = lead_of(first);
  if (lead.bytes == 0) return {};
  char32_t value = first & (0x7Fu >> lead.bytes);
  for (int i = 1; i < lead.bytes; ++i) {
    const std::size_t here = at + static_cast<std::size_t>(i);
    if (here == text.size()) return {0xFFFD, i, Utf8::cut};
    const auto c = static_cast<unsigned char>(text[here]);
    const unsigned low = i == 1 ? lead.low : 0x80, high = i == 1 ? lead.high : 0xBF;
    if (c < low || c > high) return {0xFFFD, i, Utf8::broken};
    value = value << 6 | (c & 0x3Fu);
  }
  return {value, lead.bytes, Utf8::whole};
}

std::u32string code_points(std::string_view text) {
  std::u32string found;
  found.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    found += point.value;
    at += static_cast<std::size_t>(point.bytes);
  }
  return found;
}

std::string utf8(char32_t value) {
  std::string text;
  append_utf8(text, value);
  return text;
}

std::size_t utf8_error(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && eight_ascii(text.data() + at)) {
      at += 8;
      continue;
    }
    const CodePoint c = code_point_at(text, at);
    if (c.state != Utf8::whole) return at;
    at += static_cast<std::size_t>(c.bytes);
  }
  return text.size();
}

std::string_view utf8_prefix(std::string_view bytes) {
  // The lead byte of an unfinished character is one of the last three bytes.
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const std::size_t at = bytes.size() - back;
    const auto c = static_cast<unsigned char>(bytes[at]);
    if (c < 0x80) break;
    if (c >= 0xC0) {
      const CodePoint last = code_point_at(bytes, at);
      return last.state == Utf8::cut ? bytes.substr(0, at) : bytes;
    }
  }
  return bytes;
}

std::string Utf8Stream::push(std::string_view bytes) {
  held_ += bytes;
  const std::string_view ready = utf8_prefix(held_);
  std::string out;
  for (std::size_t at = 0; at < ready.size();) {
    const CodePoint c = code_point_at(ready, at);
    append_utf8(out, c.value);
    at += static_cast<std::size_t>(c.bytes);
  }
  held_.erase(0, ready.size());
  return out;
}

std::string Utf8Stream::finish() {
  const bool unfinished = !held_.empty();
  held_.clear();
  return unfinished ? utf8(0xFFFD) : "";
}

Place place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t newline = before.rfind('\n');
  Place place;
  place.line += std::ranges::count(before, '\n');
  const std::string_view line =
      newline == std::string_view::npos ? before : before.substr(newline + 1);
  for (char c : line) place.column += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return place;
}

}  // namespace dlt::text
