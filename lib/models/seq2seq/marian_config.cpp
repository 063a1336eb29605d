#include "models/seq2seq/marian_config.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "models/hf_json.h"
#include "models/seq2seq/marian.h"

namespace dlt::models {
namespace {

using nlohmann::json, nlohmann::ordered_json;

constexpr std::int64_t most_layers = 1000, widest = 1 << 20, longest = 1 << 24;

struct ActivationName {
  std::string_view ours, theirs;
};
constexpr ActivationName activation_names[] = {{"relu", "relu"},     {"silu", "silu"},
                                               {"silu", "swish"},    {"gelu_erf", "gelu"},
                                               {"gelu", "gelu_new"}, {"gelu", "gelu_pytorch_tanh"}};

std::string dlt_activation(const HfJson& j) {
  const json name = j.has("activation_function") ? j["activation_function"] : json("gelu");
  for (const auto& a : activation_names) {
    if (name == a.theirs) return std::string(a.ours);
  }
  j.wrong("activation_function", "relu, silu, swish, gelu, gelu_new or gelu_pytorch_tanh");
}

std::string_view their_activation(const Seq2SeqConfig& c) {
  for (const auto& a : activation_names) {
    if (c.activation == a.ours) return a.theirs;
  }
  fail("activation '{}' is not known", c.activation);
}

std::int32_t token(const HfJson& j, std::string_view key, std::int64_t vocab) {
  const json value = j.has(key) ? j[key] : json();
  if (!value.is_number_integer() || value < 0 || value >= vocab) {
    j.wrong(key, fmt::format("a token id from 0 to {}", vocab - 1));
  }
  return value.get<std::int32_t>();
}

// What both sides have, and dlt has one number for.
std::int64_t both(const HfJson& j, std::string_view encoder, std::string_view decoder,
                  std::int64_t most) {
  const auto n = j.integer(encoder, most);
  j.only(decoder, n);
  return n;
}

// What dlt has in one way only.
void check_fixed(const HfJson& j, const Seq2SeqConfig& c) {
  for (const char* key :
       {"share_encoder_decoder_embeddings", "tie_word_embeddings", "static_position_embeddings"}) {
    j.only(key, true);
  }
  for (const char* key : {"normalize_before", "normalize_embedding", "add_final_layer_norm",
                          "extra_pos_embeddings"}) {
    if (j.has(key) && j[key] != 0) j.only(key, false);
  }
  j.only("decoder_vocab_size", c.vocab);
  if (j.has("quantization_config")) j.wrong("quantization_config", "none, dlt reads plain floats");
}

}  // namespace

void check_marian(const Seq2SeqConfig& c) {
  const auto need = [](bool ok, std::string_view option, std::string_view fits) {
    require(
        ok, Exit::usage,
        "these weights cannot be written for Hugging Face: Marian's layout needs model.{} = {}; "
        "train with that, or export safetensors",
        option, fits);
  };
  need(c.positions == "sinusoidal", "positions", "sinusoidal");
  need(!c.pre(), "norm_place", "post");
  need(!c.final_norms, "final_norms", "false");
  need(c.norm_epsilon == 1e-5, "norm_epsilon", "1e-05");
}

std::string marian_config(const Seq2SeqConfig& c, const data::Marks& marks) {
  ordered_json j;
  j["architectures"] = ordered_json::array({"MarianMTModel"});
  j["model_type"] = "marian";
  j["is_encoder_decoder"] = true;
  j["vocab_size"] = c.vocab;
  j["decoder_vocab_size"] = c.vocab;
  j["d_model"] = c.width;
  j["encoder_layers"] = c.encoder_layers;
  j["decoder_layers"] = c.decoder_layers;
  for (const char* key : {"encoder_attention_heads", "decoder_attention_heads"}) j[key] = c.heads;
  for (const char* key : {"encoder_ffn_dim", "decoder_ffn_dim"}) j[key] = c.hidden;
  j["max_position_embeddings"] = c.context;
  j["activation_function"] = their_activation(c);
  j["dropout"] = c.dropout;
  j["attention_dropout"] = c.attention_dropout;
  j["activation_dropout"] = c.activation_dropout;
  for (const char* key : {"encoder_layerdrop", "decoder_layerdrop"}) j[key] = 0.0;
  j["scale_embedding"] = c.scale_embedding;
  j["share_encoder_decoder_embeddings"] = true;
  j["tie_word_embeddings"] = true;
  j["pad_token_id"] = marks.pad;
  j["decoder_start_token_id"] = marks.pad;
  for (const char* key : {"eos_token_id", "forced_eos_token_id"}) j[key] = marks.end;
  j["bos_token_id"] = nullptr;
  j["init_std"] = 0.02;
  for (const char* key : {"torch_dtype", "dtype"}) {
    j[key] = sizeof(real) == 4 ? "float32" : "float64";
  }
  j["use_cache"] = true;
  return j.dump(2) + "\n";
}

std::string marian_generation_config(const Seq2SeqConfig& c, const data::Marks& marks) {
  const ordered_json j = {{"pad_token_id", marks.pad},
                          {"decoder_start_token_id", marks.pad},
                          {"eos_token_id", marks.end},
                          {"forced_eos_token_id", marks.end},
                          {"bad_words_ids", {{marks.pad}}},
                          {"max_length", c.context},
                          {"num_beams", 4}};
  return j.dump(2) + "\n";
}

void read_marian_config(const std::string& path, Seq2SeqConfig& c, data::Marks& marks) {
  const HfJson j(path);
  if (!j.has("model_type") || j["model_type"] != "marian") j.wrong("model_type", "\"marian\"");
  c.vocab = j.integer("vocab_size", 1 << 24);
  c.width = j.integer("d_model", widest);
  c.encoder_layers = j.integer("encoder_layers", most_layers);
  c.decoder_layers = j.integer("decoder_layers", most_layers);
  c.heads = both(j, "encoder_attention_heads", "decoder_attention_heads", widest);
  if (c.width % c.heads != 0) {
    j.wrong("encoder_attention_heads", fmt::format("a divisor of d_model = {}", c.width));
  }
  c.hidden = both(j, "encoder_ffn_dim", "decoder_ffn_dim", 8 * widest);
  c.context = j.integer("max_position_embeddings", longest, 1024);
  c.activation = dlt_activation(j);
  c.scale_embedding = j.flag("scale_embedding", false);
  c.dropout = j.number("dropout", 0, 0.95, 0.1);
  c.attention_dropout = j.number("attention_dropout", 0, 0.95, 0);
  c.activation_dropout = j.number("activation_dropout", 0, 0.95, 0);
  check_fixed(j, c);
  marks.pad = token(j, "pad_token_id", c.vocab);
  marks.end = token(j, "eos_token_id", c.vocab);
  j.only("decoder_start_token_id", marks.pad);
  c.padding = marks.pad;
  if (marks.pad == marks.end) j.wrong("pad_token_id", "another token than eos_token_id");
}

std::string model_options(const Seq2SeqConfig& c) {
  const ordered_json j = {{"encoder_layers", c.encoder_layers},
                          {"decoder_layers", c.decoder_layers},
                          {"width", c.width},
                          {"heads", c.heads},
                          {"hidden", c.hidden},
                          {"context", c.context},
                          {"positions", c.positions},
                          {"norm_place", c.norm_place},
                          {"final_norms", c.final_norms},
                          {"scale_embedding", c.scale_embedding},
                          {"padding", c.padding},
                          {"activation", c.activation},
                          {"dropout", c.dropout},
                          {"attention_dropout", c.attention_dropout},
                          {"activation_dropout", c.activation_dropout},
                          {"norm_epsilon", c.norm_epsilon}};
  return j.dump(2);
}

}  // namespace dlt::models
