#include <nlohmann/json.hpp>

#include "base/error.h"
#include "models/hf_json.h"
#include "models/hf_tensors.h"
#include "models/mamba/hf.h"

namespace dlt::models {
namespace {

using nlohmann::json, nlohmann::ordered_json;

constexpr std::int64_t most_layers = 1000, widest = 1 << 20, most_tokens = 1 << 24;
constexpr const char* table = "backbone.embeddings.weight";

// What config.json says, as keys of dlt's `model`, and the rows of the token table.
struct Options {
  ordered_json model = {{"name", "lm.mamba"}};
  std::int64_t vocab = 0;
};

// "auto" is a sixteenth of the width.
std::int64_t step_rank(const HfJson& j, const char* key, std::int64_t width) {
  const bool automatic = !j.has(key) || j[key] == "auto";
  return automatic ? (width + 15) / 16 : j.integer(key, widest);
}

Options read_hugging_face(const HfJson& j) {
  Options o;
  o.vocab = j.integer("vocab_size", most_tokens);
  const std::int64_t width = j.integer("hidden_size", widest);
  o.model["layers"] = j.integer("num_hidden_layers", most_layers);
  o.model["width"] = width;
  o.model["norm_epsilon"] = j.number("layer_norm_epsilon", 0, 1, 1e-5);
  o.model["inner"] =
      j.integer("intermediate_size", widest, j.integer("expand", widest / width, 2) * width);
  o.model["states"] = j.integer("state_size", 1024, 16);
  o.model["kernel"] = j.integer("conv_kernel", 1024, 4);
  o.model["step_rank"] = step_rank(j, "time_step_rank", width);
  o.model["kernel_bias"] = j.flag("use_conv_bias", true);
  o.model["step_min"] = j.number("time_step_min", 1e-12, 1e6, 0.001);
  o.model["step_max"] = j.number("time_step_max", 1e-12, 1e6, 0.1);
  o.model["step_floor"] = j.number("time_step_floor", 0, 1e6, 1e-4);
  o.model["tied"] = j.flag("tie_word_embeddings", true);
  o.model["init_deviation"] = j.number("initializer_range", 0, 10, 0.1);
  j.only("hidden_act", "silu");
  if (j.has("use_bias")) o.model["bias"] = j.flag("use_bias", false);
  return o;
}

// Options of the mixers, which are in an object of their own.
void read_ssm(const HfJson& j, std::int64_t width, ordered_json& model) {
  const json ssm = j.has("ssm_cfg") ? j["ssm_cfg"] : json::object();
  if (!ssm.is_object()) j.wrong("ssm_cfg", "an object");
  std::int64_t expand = 2;
  for (const auto& [key, value] : ssm.items()) {
    const bool count = value.is_number_integer() && value >= 1 && value <= 1024;
    const bool number = value.is_number() && value >= 0 && value <= 1e6;
    const auto need = [&](bool ok, const char* what) {
      if (!ok) j.wrong("ssm_cfg", fmt::format("{} as its '{}'", what, key));
    };
    if (key == "d_state" || key == "d_conv" || key == "expand") need(count, "1 to 1024");
    if (key == "d_state") {
      model["states"] = value;
    } else if (key == "d_conv") {
      model["kernel"] = value;
    } else if (key == "expand") {
      expand = value;
    } else if (key == "dt_rank") {
      need(count || value == "auto", "1 to 1024 or \"auto\"");
      if (count) model["step_rank"] = value;
    } else if (key == "bias" || key == "conv_bias") {
      need(value.is_boolean(), "true or false");
      model[key == "bias" ? "bias" : "kernel_bias"] = value;
    } else if (key == "dt_min" || key == "dt_max" || key == "dt_init_floor") {
      need(number, "a number from 0 to 1e6");
      model[key == "dt_min" ? "step_min" : key == "dt_max" ? "step_max" : "step_floor"] = value;
    } else if (key == "layer") {
      need(value == "Mamba1", "Mamba1, dlt has no other,");
    } else if (key != "dt_scale" && key != "dt_init" && key != "use_fast_path") {
      need(false, fmt::format("only what dlt knows, not {}", value.dump()).c_str());
    }
  }
  model["inner"] = expand * width;
}

Options read_authors(const HfJson& j) {
  Options o;
  const std::int64_t width = j.integer("d_model", widest), multiple = 8;
  const std::int64_t tokens = j.integer("vocab_size", most_tokens);
  const std::int64_t round = j.integer("pad_vocab_size_multiple", most_tokens, multiple);
  o.vocab = (tokens + round - 1) / round * round;
  o.model["layers"] = j.integer("n_layer", most_layers);
  o.model["width"] = width;
  o.model["tied"] = j.flag("tie_embeddings", true);
  j.only("rms_norm", true);
  for (const char* key : {"attn_layer_idx", "attn_cfg"}) {
    if (j.has(key) && !j[key].empty()) j.wrong(key, "none, dlt's Mamba has no attention");
  }
  if (j.has("d_intermediate") && j["d_intermediate"] != 0) {
    j.wrong("d_intermediate", "0, dlt's Mamba has no MLP");
  }
  read_ssm(j, width, o.model);
  return o;
}

// The table under the name that Hugging Face gives it.
HfSource renamed(HfSource source) {
  const std::string theirs = "backbone.embedding.weight";
  const auto found = source.shapes.find(theirs);
  if (found == source.shapes.end() || source.shapes.contains(table)) return source;
  source.shapes.emplace(table, found->second);
  source.shapes.erase(found);
  source.read = [theirs, read = source.read](const std::string& name) {
    return read(name == table ? theirs : name);
  };
  return source;
}

nn::StateDict weights_of(const HfSource& source, const MambaLmConfig& c) {
  nn::Params params = nn::Params::blank();  // for names and shapes
  const MambaLm net(nn::Scope(params), c);
  HfTable rows;
  for (const auto& [name, t] : params.all()) rows.same(name, t.shape(), name);
  return from_hf(source, rows.take(), {"backbone.", [&](std::string_view name) {
                                         return c.tied && name == "lm_head.weight";
                                       }});
}

MambaLmConfig config_of(const Options& o, const std::string& where) {
  ordered_json options = o.model;
  options.erase("name");
  auto model = config::Reader::parse_text(options.dump(), where);
  auto c = MambaLmConfig::read(model);
  c.vocab = o.vocab;
  return c;
}

}  // namespace

ImportedMamba import_mamba(const std::string& folder) {
  const HfJson j(folder + "/config.json");
  if (j.has("quantization_config")) j.wrong("quantization_config", "none, dlt reads plain floats");
  Options options = j.has("model_type") ? read_hugging_face(j) : read_authors(j);
  const HfSource source = renamed(open_hf_weights(folder));
  // Releases differ in what they take for granted.
  if (!options.model.contains("bias")) {
    options.model["bias"] = source.shapes.contains("backbone.layers.0.mixer.in_proj.bias");
  }
  ImportedMamba result;
  result.model = config_of(options, folder + "/config.json");
  result.weights = weights_of(source, result.model);
  const ordered_json tokenizer = {{"name", "ids"}, {"vocab_size", options.vocab}};
  const ordered_json whole = {{"seed", 1},
                              {"model", options.model},
                              {"data", {{"name", "text"}, {"tokenizer", tokenizer}}},
                              {"train", ordered_json::object()}};
  result.config = whole.dump(2);
  return result;
}

}  // namespace dlt::models
