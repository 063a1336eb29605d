#include <nlohmann/json.hpp>

#include "base/error.h"
#include "models/mamba/hf.h"
#include "models/transformer/hf_tokens.h"

namespace dlt::models {
namespace {

using nlohmann::ordered_json;

void check(const MambaLmConfig& c) {
  const auto need = [](bool ok, std::string_view option, std::string_view fits) {
    require(ok, Exit::usage,
            "these weights cannot be written for Hugging Face: MambaForCausalLM needs model.{} = "
            "{}; train with that, or export safetensors",
            option, fits);
  };
  need(c.architecture.config.norm == "rms", "norm", "rms");
  need(c.mixer.inner % c.mixer.width == 0, "inner",
       fmt::format("a multiple of width = {}", c.mixer.width));
}

void add_mixer(ordered_json& j, const MambaConfig& m) {
  j["state_size"] = m.states;
  j["conv_kernel"] = m.kernel;
  j["expand"] = m.inner / m.width;
  j["intermediate_size"] = m.inner;
  j["time_step_rank"] = m.step_rank;
  j["time_step_min"] = m.step_min;
  j["time_step_max"] = m.step_max;
  j["time_step_floor"] = m.step_floor;
  j["time_step_scale"] = 1.0;
  j["time_step_init_scheme"] = "random";
  j["use_bias"] = m.bias;
  j["use_conv_bias"] = m.kernel_bias;
  j["hidden_act"] = "silu";
}

}  // namespace

std::string hf_mamba_config(const MambaLmConfig& c, const text::Tokenizer& tokenizer) {
  check(c);
  const HfTokens special = special_tokens(tokenizer);
  const auto id = [](const std::optional<HfToken>& token) {
    return token ? ordered_json(token->id) : ordered_json();
  };
  ordered_json j;
  j["architectures"] = ordered_json::array({"MambaForCausalLM"});
  j["model_type"] = "mamba";
  j["vocab_size"] = c.vocab;
  j["hidden_size"] = c.mixer.width;
  j["num_hidden_layers"] = c.architecture.config.layers;
  add_mixer(j, c.mixer);
  j["layer_norm_epsilon"] = c.architecture.config.norm_epsilon;
  j["initializer_range"] = c.init_deviation;
  j["rescale_prenorm_residual"] = true;
  j["residual_in_fp32"] = true;
  j["bos_token_id"] = id(special.begin);
  j["eos_token_id"] = id(special.end);
  j["pad_token_id"] = id(special.end);
  j["tie_word_embeddings"] = c.tied;
  for (const char* key : {"torch_dtype", "dtype"}) {
    j[key] = sizeof(real) == 4 ? "float32" : "float64";
  }
  j["use_cache"] = true;
  return j.dump(2) + "\n";
}

}  // namespace dlt::models
