#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dlt::data {

// Calls `take` with both sides of the tab in each line of a UTF-8 file and the line's place,
// "file:3"; blank lines are passed over. Exit::data with that place where there is no tab or
// nothing on a side: `expected` says what should be there ("label<TAB>text").
using TakeColumns =
    std::function<void(std::string_view left, std::string_view right, const std::string& place)>;
void read_two_columns(const std::string& path, std::string_view expected, const TakeColumns& take);

// The integer that is all of `word`, if it is in [0, below); else -1.
std::int32_t id_of(std::string_view word, std::int64_t below);

}  // namespace dlt::data
