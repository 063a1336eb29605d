#include "io/json_file.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json_scan.h"

namespace dlt::io {

nlohmann::json read_json(const std::string& path, Exit exit) {
  const std::string text = read_file(path, exit);
  if (const auto mistake = find_json_mistake(text, Comments::no)) {
    fail(exit, "{}:{}: not valid JSON: {}", path, line_and_column(text, mistake->offset),
         mistake->reason);
  }
  return nlohmann::json::parse(text);
}

}  // namespace dlt::io
