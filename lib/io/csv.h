#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::io {

using CsvFields = std::vector<std::string>;

// Calls `take` with each record of a text as RFC 4180 has it (quoted fields may hold separators,
// line ends and doubled quotes) and the line it begins on. Lines end with \n or \r\n; a byte order
// mark and empty lines are passed over. A quote out of place is an Error (Exit::data) with file and
// line.
void read_csv(std::string_view text, const std::string& path, char separator,
              const std::function<void(CsvFields& fields, std::int64_t line)>& take);

}  // namespace dlt::io
