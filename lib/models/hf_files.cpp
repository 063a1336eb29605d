#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/json_file.h"
#include "io/safetensors.h"
#include "models/hf_tensors.h"
#include "train/files.h"

namespace dlt::models {
namespace {

using nlohmann::json;

// The files behind a source stay mapped as long as it lives.
using Files = std::map<std::string, std::shared_ptr<const io::SafetensorsFile>>;

HfSource single_file(const std::string& path) {
  const auto file = std::make_shared<const io::SafetensorsFile>(path);
  HfSource source{path, {}, [file](const std::string& name) { return file->tensor(name); }};
  for (const auto& [name, entry] : file->entries()) source.shapes.emplace(name, entry.shape);
  return source;
}

// model.safetensors.index.json: {"weight_map": {tensor: file}}, the files beside it.
HfSource sharded(const std::string& folder, const std::string& index) {
  const json whole = io::read_json(index, Exit::damaged);
  const bool usable =
      whole.is_object() && whole.contains("weight_map") && whole["weight_map"].is_object();
  require(usable, Exit::damaged,
          "{}: /weight_map: expected an object that names each tensor's file", index);
  const auto files = std::make_shared<Files>();
  const auto home = std::make_shared<std::map<std::string, std::string>>();
  HfSource source{index, {}, [files, home](const std::string& name) {
                    return files->at(home->at(name))->tensor(name);
                  }};
  for (const auto& [name, where] : whole["weight_map"].items()) {
    const std::string file = where.is_string() ? where.get<std::string>() : "";
    require(!file.empty() && file.find('/') == std::string::npos, Exit::damaged,
            "{}: /weight_map/{}: expected the name of a file in this folder, got {}", index, name,
            where.dump());
    auto& open = (*files)[file];
    if (!open)
      open = std::make_shared<const io::SafetensorsFile>(fmt::format("{}/{}", folder, file));
    const auto entry = open->entries().find(name);
    require(entry != open->entries().end(), Exit::damaged,
            "{}: /weight_map/{}: '{}' has no such tensor", index, name, open->path());
    source.shapes.emplace(name, entry->second.shape);
    home->emplace(name, file);
  }
  return source;
}

}  // namespace

HfSource open_hf_weights(const std::string& folder) {
  const std::string file = folder + "/model.safetensors", index = file + ".index.json";
  if (train::exists(file)) return single_file(file);
  require(train::exists(index), Exit::damaged,
          "'{}' has neither model.safetensors nor model.safetensors.index.json; weights in another "
          "format must be saved as safetensors first",
          folder);
  return sharded(folder, index);
}

HfSource weights_in_memory(const nn::StateDict& weights) {
  HfSource source{"the weights", {}, [&](const std::string& name) { return weights.at(name); }};
  for (const auto& [name, t] : weights) source.shapes.emplace(name, t.shape());
  return source;
}

}  // namespace dlt::models
