#pragma once

#include <string>

namespace dlt::app {

struct ExportOptions {
  std::string run, format, out;
  std::string checkpoint = "best";  // or last, or a step
  bool check = false;               // read the result again and compare every number
};
void export_weights(const ExportOptions& options);

}  // namespace dlt::app
