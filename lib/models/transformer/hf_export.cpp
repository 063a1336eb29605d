#include "base/error.h"
#include "base/file.h"
#include "io/safetensors.h"
#include "models/export_tensors.h"
#include "models/transformer/hf.h"
#include "models/transformer/hf_tokens.h"
#include "train/files.h"

namespace dlt::models {
namespace {

const io::Metadata for_pytorch = {{"format", "pt"}};  // transformers refuses a file without it

void write_hf(const std::string& folder, const nn::StateDict& weights, const TransformerConfig& c,
              const text::Tokenizer& tokenizer) {
  const HfTokens special = special_tokens(tokenizer);
  write_file(folder + "/config.json", hf_config(c, tokenizer));
  write_file(folder + "/generation_config.json", generation_config(special));
  if (has_file(tokenizer)) {
    write_file(folder + "/tokenizer.json", tokenizer.json());
    write_file(folder + "/tokenizer_config.json", tokenizer_config(special, c.context));
    write_file(folder + "/special_tokens_map.json", special_tokens_map(special));
  }
  io::write_safetensors(folder + "/model.safetensors", {to_hf(weights, c), {}, for_pytorch});
}

std::string without_slashes(std::string path) {  // at the end
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

void export_transformer(std::string_view format, const std::string& path,
                        const nn::StateDict& weights, const TransformerConfig& c,
                        const text::Tokenizer& tokenizer) {
  if (format == "hf") {
    hf_layout(c);  // complain before anything is written
    require(!train::exists(path) || train::is_folder(path), Exit::usage,
            "'{}' is a file, format hf is a folder: give another --out", path);
    require(train::names_in(path).empty(), Exit::usage,
            "'{}' is not empty: give another --out, or empty it first", path);
    train::make_whole(without_slashes(path),
                      [&](const std::string& folder) { write_hf(folder, weights, c, tokenizer); });
    return;
  }
  require(format == "safetensors" || format == "npz", Exit::usage,
          "unknown format '{}'; known: hf, safetensors, npz", format);
  export_tensors(format, path, weights);
}

}  // namespace dlt::models
