#pragma once

#include <string>

namespace dlt::app {

struct ImportOptions {
  std::string source;  // a Hugging Face folder: config.json, safetensors, perhaps tokenizer.json;
                       // or a safetensors file of one of torchvision's classifiers
  std::string out;     // the run to make
  bool overwrite = false;
};
void import_model(const ImportOptions& options);

}  // namespace dlt::app
