#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/error.h"

namespace dlt::io {

// A whole JSON file (no comments, no key twice). Mistakes are an Error with `exit` and the place:
//   config.json:3:2: not valid JSON: expected ',' or '}'
nlohmann::json read_json(const std::string& path, Exit exit);

}  // namespace dlt::io
