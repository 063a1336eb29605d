#pragma once

#include <string>
#include <string_view>

#include "nn/params.h"

namespace dlt::models {

// One file of all tensors under their names. format: "safetensors" or "npz". An Error (Exit::usage)
// where `path` is a folder.
void export_tensors(std::string_view format, const std::string& path, const nn::StateDict& weights);

}  // namespace dlt::models
