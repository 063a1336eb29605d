#include "text/byte_alphabet.h"

#include <array>

#include "text/utf8.h"

namespace dlt::text {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Alphabet {
  std::array<std::string, 256> symbol;
  std::array<int, 0x144> byte;  // by code point; -1: not in the alphabet
};

Alphabet make_alphabet() {
  Alphabet a;
  a.byte.fill(-1);
  char32_t shifted = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char32_t c = stands_for_itself(byte) ? byte : shifted++;
    a.symbol[byte] = utf8(c);
    a.byte[c] = static_cast<int>(byte);
  }
  return a;
}

const Alphabet& alphabet() {
  static const Alphabet a = make_alphabet();
  return a;
}

}  // namespace

std::string_view symbol_of(std::uint8_t byte) { return alphabet().symbol[byte]; }

std::string spell(std::string_view bytes) {
  std::string spelled;
  for (char c : bytes) spelled += symbol_of(static_cast<std::uint8_t>(c));
  return spelled;
}

std::optional<std::string> unspell(std::string_view spelled) {
  std::string bytes;
  for (std::size_t at = 0; at < spelled.size();) {
    const CodePoint c = code_point_at(spelled, at);
    if (c.value >= alphabet().byte.size() || alphabet().byte[c.value] < 0) return std::nullopt;
    bytes += static_cast<char>(alphabet().byte[c.value]);
    at += static_cast<std::size_t>(c.bytes);
  }
  return bytes;
}

}  // namespace dlt::text
