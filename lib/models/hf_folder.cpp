#include "models/hf_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "io/safetensors.h"
#include "models/transformer/hf_tokens.h"
#include "train/files.h"

namespace dlt::models {
namespace {

const io::Metadata for_pytorch = {{"format", "pt"}};  // transformers refuses a file without it

void write_files(const std::string& path, const HfFolder& folder,
                 const text::Tokenizer& tokenizer) {
  const HfTokens special = special_tokens(tokenizer);
  write_file(path + "/config.json", folder.config);
  write_file(path + "/generation_config.json", generation_config(special));
  if (has_file(tokenizer)) {
    write_file(path + "/tokenizer.json", tokenizer.json());
    write_file(path + "/tokenizer_config.json", tokenizer_config(special, folder.context));
    write_file(path + "/special_tokens_map.json", special_tokens_map(special));
  }
  io::write_safetensors(path + "/model.safetensors", {folder.tensors, {}, for_pytorch});
}

std::string without_slashes(std::string path) {  // at the end
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

void write_hf_folder(const std::string& path, const HfFolder& folder,
                     const text::Tokenizer& tokenizer) {
  require(!train::exists(path) || train::is_folder(path), Exit::usage,
          "'{}' is a file, format hf is a folder: give another --out", path);
  require(train::names_in(path).empty(), Exit::usage,
          "'{}' is not empty: give another --out, or empty it first", path);
  train::make_whole(without_slashes(path),
                    [&](const std::string& fresh) { write_files(fresh, folder, tokenizer); });
}

}  // namespace dlt::models
