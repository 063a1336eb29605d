#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/json_file.h"
#include "models/transformer/hf_names.h"
#include "train/files.h"

namespace dlt::models {
namespace {

using nlohmann::json, nlohmann::ordered_json;

// Llama has biases in attention and MLP, in one of them, or in none; dlt in all or none. Those that
// a file lacks are zero.
void complete_biases(HfSource& source, const std::string& config, const TransformerConfig& c) {
  if (hf_layout(c) != HfLayout::llama || !c.bias) return;
  const json j = io::read_json(config, Exit::damaged);
  const auto has = [&](const char* key) { return j.value(key, json()) == true; };
  const bool attention = has("attention_bias"), mlp = has("mlp_bias");
  std::map<std::string, Shape> zero;
  for (const HfTensor& row : hf_tensors(c)) {
    if (!row.ours.ends_with(".bias")) continue;
    if (row.ours.find(".mlp.") == std::string::npos ? attention : mlp) continue;
    for (const HfPart& part : row.parts) {
      if (source.shapes.emplace(part.name, part.shape).second) zero.insert({part.name, part.shape});
    }
  }
  source.read = [zero, stored = source.read](const std::string& name) {
    const auto found = zero.find(name);
    return found == zero.end() ? stored(name) : Tensor::zeros(found->second);
  };
}

ordered_json model_options(const TransformerConfig& c) {
  return {{"name", "lm.transformer"},
          {"flavour", c.flavour},
          {"layers", c.layers},
          {"width", c.width},
          {"heads", c.heads},
          {"kv_heads", c.kv_heads},
          {"head_width", c.head_width},
          {"hidden", c.hidden},
          {"context", c.context},
          {"positions", c.positions},
          {"norm", c.norm},
          {"mlp", c.mlp},
          {"bias", c.bias},
          {"tied", c.tied},
          {"dropout", c.dropout},
          {"norm_epsilon", c.norm_epsilon},
          {"rope_theta", c.rope_theta},
          {"init_deviation", c.init_deviation}};
}

}  // namespace

ImportedTransformer import_transformer(const std::string& folder) {
  require(train::is_folder(folder), Exit::usage, "there is no folder '{}'", folder);
  const std::string config = folder + "/config.json";
  require(train::exists(config), Exit::damaged,
          "'{}' is not a model of Hugging Face's: it has no config.json", folder);
  ImportedTransformer result;
  result.model = read_hf_config(config);
  HfSource source = open_hf_weights(folder);
  complete_biases(source, config, result.model);
  result.weights = from_hf(source, result.model);
  const ordered_json tokenizer = {{"name", "ids"}, {"vocab_size", result.model.vocab}};
  const ordered_json whole = {{"seed", 1},
                              {"model", model_options(result.model)},
                              {"data", {{"name", "text"}, {"tokenizer", tokenizer}}},
                              {"train", ordered_json::object()}};
  result.config = whole.dump(2);
  return result;
}

}  // namespace dlt::models
