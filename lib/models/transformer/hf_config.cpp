#include <nlohmann/json.hpp>

#include "base/error.h"
#include "models/hf_json.h"
#include "models/transformer/hf.h"
#include "models/transformer/hf_tokens.h"

namespace dlt::models {
namespace {

using nlohmann::json, nlohmann::ordered_json;

constexpr std::int64_t most_layers = 1000, widest = 1 << 20, longest = 1 << 24;

[[noreturn]] void does_not_fit(std::string_view layout, std::string_view chosen,
                               std::string_view option, std::string_view fits) {
  fail(Exit::usage,
       "these weights cannot be written for Hugging Face: {} makes it a {} there, which needs {}; "
       "train with that, or export safetensors",
       chosen, layout, fmt::format("model.{} = {}", option, fits));
}

void check_gpt2(const TransformerConfig& c) {
  const auto need = [](bool ok, std::string_view option, std::string_view fits) {
    if (!ok) does_not_fit("GPT-2", "model.positions = learned", option, fits);
  };
  need(c.norm == "layer", "norm", "layer");
  need(!c.swiglu(), "mlp", "gelu, relu or silu");
  need(c.kv_heads == c.heads, "kv_heads", std::to_string(c.heads));
  need(c.head_width * c.heads == c.width, "head_width", "width / heads");
}

void check_llama(const TransformerConfig& c) {
  const auto need = [](bool ok, std::string_view option, std::string_view fits) {
    if (!ok) does_not_fit("Llama", "model.positions = rope", option, fits);
  };
  need(c.norm == "rms", "norm", "rms");
  need(c.swiglu(), "mlp", "swiglu");
  need(c.width % c.heads == 0, "width", fmt::format("a multiple of heads = {}", c.heads));
}

const char* hf_activation(const TransformerConfig& c) {
  return c.mlp == "gelu" ? "gelu_new" : c.mlp == "relu" ? "relu" : "silu";
}

ordered_json gpt2_config(const TransformerConfig& c) {
  ordered_json j;
  j["architectures"] = ordered_json::array({"GPT2LMHeadModel"});
  j["model_type"] = "gpt2";
  j["vocab_size"] = c.vocab;
  j["n_positions"] = c.context;
  j["n_ctx"] = c.context;
  j["n_embd"] = c.width;
  j["n_layer"] = c.layers;
  j["n_head"] = c.heads;
  j["n_inner"] = c.hidden == 4 * c.width ? ordered_json() : ordered_json(c.hidden);
  j["activation_function"] = hf_activation(c);
  j["layer_norm_epsilon"] = c.norm_epsilon;
  for (const char* place : {"resid_pdrop", "embd_pdrop", "attn_pdrop"}) j[place] = c.dropout;
  j["scale_attn_weights"] = true;
  return j;
}

ordered_json llama_config(const TransformerConfig& c) {
  ordered_json j;
  j["architectures"] = ordered_json::array({"LlamaForCausalLM"});
  j["model_type"] = "llama";
  j["vocab_size"] = c.vocab;
  j["hidden_size"] = c.width;
  j["intermediate_size"] = c.hidden;
  j["num_hidden_layers"] = c.layers;
  j["num_attention_heads"] = c.heads;
  j["num_key_value_heads"] = c.kv_heads;
  j["head_dim"] = c.head_width;
  j["hidden_act"] = "silu";
  j["max_position_embeddings"] = c.context;
  j["rms_norm_eps"] = c.norm_epsilon;
  j["rope_theta"] = c.rope_theta;
  j["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", c.rope_theta}};
  j["attention_bias"] = c.bias;
  j["mlp_bias"] = c.bias;
  j["attention_dropout"] = c.dropout;
  return j;
}

std::string dlt_activation(const HfJson& j) {
  const json name = j.has("activation_function") ? j["activation_function"] : json("gelu_new");
  if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") return "gelu";
  if (name == "silu" || name == "swish") return "silu";
  if (name == "relu") return "relu";
  j.wrong("activation_function", "gelu_new, gelu_pytorch_tanh, gelu_fast, relu or silu");
}

void read_gpt2(const HfJson& j, TransformerConfig& c) {
  c.flavour = "gpt2";
  c.width = j.integer("n_embd", widest);
  c.layers = j.integer("n_layer", most_layers);
  c.heads = c.kv_heads = j.integer("n_head", widest);
  if (c.width % c.heads != 0) j.wrong("n_head", fmt::format("a divisor of n_embd = {}", c.width));
  c.head_width = c.width / c.heads;
  c.hidden = j.integer("n_inner", 8 * widest, 4 * c.width);
  c.context = j.integer(j.has("n_positions") ? "n_positions" : "n_ctx", longest);
  c.mlp = dlt_activation(j);
  c.norm_epsilon = j.number("layer_norm_epsilon", 0, 1, 1e-5);
  c.dropout = j.number("resid_pdrop", 0, 0.95, 0.1);
  c.tied = j.flag("tie_word_embeddings", true);
  j.only("scale_attn_weights", true);
  j.only("scale_attn_by_inverse_layer_idx", false);
  j.only("add_cross_attention", false);
}

// The newer `rope_parameters` holds what was in `rope_theta` and `rope_scaling`.
void read_rope(const HfJson& j, TransformerConfig& c) {
  c.rope_theta = j.number("rope_theta", 1, 1e12, 10000);
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    if (!j.has(key)) continue;
    const json& rope = j[key];
    if (!rope.is_object()) j.wrong(key, "an object");
    for (const char* type : {"rope_type", "type"}) {
      if (rope.contains(type) && rope[type] != "default") {
        j.wrong(key, "rope_type default, dlt scales positions in no other way");
      }
    }
    if (rope.contains("partial_rotary_factor") && rope["partial_rotary_factor"] != 1.0) {
      j.wrong(key, "partial_rotary_factor 1, dlt rotates whole heads");
    }
    if (!rope.contains("rope_theta")) continue;
    const json& theta = rope["rope_theta"];
    const bool fits = theta.is_number() && theta >= 1 && theta <= 1e12;
    if (!fits) j.wrong(key, "a rope_theta from 1 to 1e12");
    c.rope_theta = theta.get<double>();
  }
}

void read_llama(const HfJson& j, TransformerConfig& c) {
  c.flavour = "llama";
  c.positions = "rope";
  c.norm = "rms";
  c.mlp = "swiglu";
  c.width = j.integer("hidden_size", widest);
  c.layers = j.integer("num_hidden_layers", most_layers);
  c.heads = j.integer("num_attention_heads", widest);
  c.kv_heads = j.integer("num_key_value_heads", widest, c.heads);
  if (c.heads % c.kv_heads != 0) {
    j.wrong("num_key_value_heads", fmt::format("a divisor of num_attention_heads = {}", c.heads));
  }
  if (!j.has("head_dim") && c.width % c.heads != 0) {
    j.wrong("num_attention_heads", fmt::format("a divisor of hidden_size = {}", c.width));
  }
  c.head_width = j.integer("head_dim", widest, std::max<std::int64_t>(c.width / c.heads, 1));
  if (c.head_width % 2 != 0) j.wrong("head_dim", "an even number");
  c.hidden = j.integer("intermediate_size", 8 * widest);
  c.context = j.integer("max_position_embeddings", longest);
  c.norm_epsilon = j.number("rms_norm_eps", 0, 1, 1e-6);
  c.dropout = j.number("attention_dropout", 0, 0.95, 0);
  c.bias = j.flag("attention_bias", false) || j.flag("mlp_bias", false);
  c.tied = j.flag("tie_word_embeddings", false);
  j.only("hidden_act", "silu");
  read_rope(j, c);
}

}  // namespace

HfLayout hf_layout(const TransformerConfig& c) {
  if (c.rope()) {
    check_llama(c);
    return HfLayout::llama;
  }
  check_gpt2(c);
  return HfLayout::gpt2;
}

std::string hf_config(const TransformerConfig& c, const text::Tokenizer& tokenizer) {
  ordered_json j = hf_layout(c) == HfLayout::gpt2 ? gpt2_config(c) : llama_config(c);
  const HfTokens special = special_tokens(tokenizer);
  j["bos_token_id"] = special.begin ? ordered_json(special.begin->id) : ordered_json();
  j["eos_token_id"] = special.end ? ordered_json(special.end->id) : ordered_json();
  j["initializer_range"] = c.init_deviation;
  j["tie_word_embeddings"] = c.tied;
  for (const char* key : {"torch_dtype", "dtype"})
    j[key] = sizeof(real) == 4 ? "float32" : "float64";
  j["use_cache"] = true;
  return j.dump(2) + "\n";
}

TransformerConfig read_hf_config(const std::string& path) {
  const HfJson j(path);
  TransformerConfig c;
  const json type = j.has("model_type") ? j["model_type"] : json();
  if (type == "gpt2") {
    read_gpt2(j, c);
  } else if (type == "llama") {
    read_llama(j, c);
  } else {
    j.wrong("model_type", "gpt2, llama, mamba or marian");
  }
  c.vocab = j.integer("vocab_size", 1 << 24);
  c.init_deviation = j.number("initializer_range", 0, 10, 0.02);
  if (j.has("quantization_config")) j.wrong("quantization_config", "none, dlt reads plain floats");
  return c;
}

}  // namespace dlt::models
