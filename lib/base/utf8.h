#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
namespace dlt {

std::size_t utf8_length(std::string_view text);  // bytes of the first character, 0 if it is none
void append_utf8(std::string& to, std::uint32_t character);
bool is_utf8(std::string_view text);

// For terminals: what is no character, and control characters but \t and \n, written as "\x1b".
std::string printable(std::string_view text);

}  // namespace dlt
