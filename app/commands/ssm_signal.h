#pragma once

#include <string>
#include <vector>

namespace dlt::app {

struct SsmSignal {
  std::string column;  // its name, or "column 2"
  std::vector<double> values;
};

// One column of a CSV file, with or without a line of names. `column`: its name or its number from
// 1; "" if there is only one. Mistakes are an Error: Exit::usage for the column, else Exit::data at
// "file:line".
SsmSignal read_signal(const std::string& path, const std::string& column);

}  // namespace dlt::app
