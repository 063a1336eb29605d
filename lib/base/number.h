#pragma once

#include <optional>
#include <string_view>

namespace dlt {

// The finite decimal number that is all of `text`, with a sign or none; nothing if it is not one.
std::optional<double> parse_number(std::string_view text);

}  // namespace dlt
