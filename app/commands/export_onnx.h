#pragma once

#include <string>

namespace dlt::app {

struct ExportOnnxOptions {
  std::string run, out;
  std::string checkpoint = "best";  // or last, or a step
  bool check = false;               // read the result again and compare all of it
};
void export_onnx(const ExportOnnxOptions& options);

}  // namespace dlt::app
