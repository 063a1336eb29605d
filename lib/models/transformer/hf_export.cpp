#include "base/error.h"
#include "models/export_tensors.h"
#include "models/hf_folder.h"
#include "models/transformer/hf.h"

namespace dlt::models {

void export_transformer(std::string_view format, const std::string& path,
                        const nn::StateDict& weights, const TransformerConfig& c,
                        const text::Tokenizer& tokenizer) {
  if (format == "hf") {
    write_hf_folder(path, {hf_config(c, tokenizer), to_hf(weights, c), c.context}, tokenizer);
    return;
  }
  require(format == "safetensors" || format == "npz", Exit::usage,
          "unknown format '{}'; known: hf, safetensors, npz", format);
  export_tensors(format, path, weights);
}

}  // namespace dlt::models
