#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// JSON text as it was typed (RFC 8259): the first mistake in words, and where each value stands.
// nlohmann::json reads the values; its positions and messages are not meant for users.
namespace dlt {

enum class Comments : std::uint8_t { no, yes };  // yes: // and /* */ are allowed

struct JsonMistake {
  std::size_t offset;  // in bytes
  std::string reason;  // "expected ',' or '}'"
};

// Syntax, keys that appear twice in one object, bad UTF-8, numbers too large for a double.
std::optional<JsonMistake> find_json_mistake(std::string_view text, Comments comments);

struct JsonPlace {
  std::size_t key;    // where the key starts; the value's own place for list items and the root
  std::size_t value;  // where the value starts
};

// Where the value at an RFC 6901 pointer stands in text that has no mistake.
std::optional<JsonPlace> locate_json(std::string_view text, std::string_view pointer,
                                     Comments comments);

std::string line_and_column(std::string_view text, std::size_t offset);  // "3:15", in characters

}  // namespace dlt
