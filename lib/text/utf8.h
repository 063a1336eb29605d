#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 as Unicode 15, section 3.9, table 3-7 defines it: no overlong forms, no surrogates.
namespace dlt::text {

enum class Utf8 : std::uint8_t {
  whole,   // a character
  broken,  // bytes that no character begins with
  cut,     // the beginning of a character, but the text ends before its last byte
};

struct CodePoint {
  char32_t value = 0xFFFD;  // the replacement character unless whole
  int bytes = 1;            // whole: its length; broken or cut: the longest possible beginning
  Utf8 state = Utf8::broken;
};

CodePoint code_point_at(std::string_view text, std::size_t at);  // at < text.size()
std::string utf8(char32_t value);
std::u32string code_points(std::string_view text);  // U+FFFD for bytes that are not UTF-8

// Where the first byte that is not UTF-8 stands; text.size() if there is none.
std::size_t utf8_error(std::string_view text);

// All but an unfinished character at the end. What can never become a character stays in.
std::string_view utf8_prefix(std::string_view bytes);

// Text that arrives in pieces (tokens may be parts of characters). What it returns is UTF-8
// always: bytes that can never become a character come out as U+FFFD.
class Utf8Stream {
 public:
  std::string push(std::string_view bytes);  // all that is whole by now
  std::string finish();                      // U+FFFD if an unfinished character is left

 private:
  std::string held_;
};

struct Place {
  std::int64_t line = 1, column = 1;  // columns count characters, not bytes
};
Place place_of(std::string_view text, std::size_t at);

}  // namespace dlt::text
