#include "base/utf8.h"

#include <fmt/format.h>
#include <iterator>

namespace dlt {

std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0;
  };
  const unsigned b = byte(0), next = byte(1);
  if (b < 0x80) return 1;
  const std::size_t n = b < 0xC2 || b > 0xF4 ? 0 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < n; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (b == 0xE0 && next < 0xA0) || (b == 0xF0 && next < 0x90);
  const bool outside = (b == 0xED && next >= 0xA0) || (b == 0xF4 && next >= 0x90);
  return overlong || outside ? 0 : n;
}

void append_utf8(std::string& to, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      put(0xE0 | (c >> 12));
    } else {
      put(0xF0 | (c >> 18));
      put(0x80 | ((c >> 12) & 0x3F));
    }
    put(0x80 | ((c >> 6) & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = n == 1 ? (byte < ' ' && byte != '\t' && byte != '\n') || byte == 0x7F
                                : n == 2 && byte == 0xC2 && !(text[i + 1] & 0x20);
    if (n > 0 && !control) {
      shown += text.substr(i, n);
    } else {
      for (const char c : text.substr(i, n > 0 ? n : 1)) {
        fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
    i += n > 0 ? n : 1;
  }
  return shown;
}

}  // namespace dlt
