#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The 256 printable characters that byte-level BPE (Radford et al. 2019) writes for bytes, so
// that a vocabulary is text: 0x21-0x7E, 0xA1-0xAC and 0xAE-0xFF stand for themselves, the other
// 68 bytes for U+0100, U+0101, ... in order (a space is U+0120).
namespace dlt::text {

std::string_view symbol_of(std::uint8_t byte);  // as UTF-8
std::string spell(std::string_view bytes);      // each byte's symbol
// The bytes that `spelled` stands for; nothing if it holds any other character.
std::optional<std::string> unspell(std::string_view spelled);

}  // namespace dlt::text
