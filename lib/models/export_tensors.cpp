#include "models/export_tensors.h"

#include "base/error.h"
#include "io/npz.h"
#include "io/safetensors.h"
#include "train/files.h"

namespace dlt::models {

void export_tensors(std::string_view format, const std::string& path,
                    const nn::StateDict& weights) {
  require(!train::is_folder(path), Exit::usage,
          "'{}' is a folder, format {} is one file: give its name with --out", path, format);
  if (format == "npz") return io::write_npz(path, weights);
  io::write_safetensors(path, {weights, {}, {{"format", "pt"}}});  // as transformers wants it
}

}  // namespace dlt::models
