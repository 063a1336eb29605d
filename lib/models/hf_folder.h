#pragma once

#include <string>

#include "nn/params.h"
#include "text/tokenizer.h"

namespace dlt::models {

// A folder as Hugging Face's transformers save one: config.json with this text, model.safetensors
// with tensors under their names there, and the tokenizer's files. It is whole or not there at
// all; an Error (Exit::usage) where `path` is a file or a folder that is not empty.
struct HfFolder {
  std::string config;
  nn::StateDict tensors;
  std::int64_t context = 0;  // the longest text, for the tokenizer's file
};
void write_hf_folder(const std::string& path, const HfFolder& folder,
                     const text::Tokenizer& tokenizer);

}  // namespace dlt::models
