#include "models/transformer/hf_names.h"

namespace dlt::models {
namespace {

void add_gpt2_block(HfTable& t, const TransformerConfig& c, std::int64_t i) {
  const std::string ours = "blocks." + std::to_string(i) + ".";
  const std::string theirs = "transformer.h." + std::to_string(i) + ".";
  const auto linear = [&](const std::string& a, std::int64_t out, std::int64_t in,
                          const std::string& b) {
    t.transposed(ours + a + ".weight", out, in, theirs + b + ".weight");
    t.same(ours + a + ".bias", {out}, theirs + b + ".bias");
  };
  const auto norm = [&](const std::string& a, const std::string& b) {
    t.same(ours + a + ".weight", {c.width}, theirs + b + ".weight");
    t.same(ours + a + ".bias", {c.width}, theirs + b + ".bias");
  };
  norm("norm1", "ln_1");
  linear("attention.qkv", 3 * c.width, c.width, "attn.c_attn");
  linear("attention.out", c.width, c.width, "attn.c_proj");
  norm("norm2", "ln_2");
  linear("mlp.up", c.hidden, c.width, "mlp.c_fc");
  linear("mlp.down", c.width, c.hidden, "mlp.c_proj");
}

// Hugging Face's GPT-2 has every bias; where dlt has none, it is zero there.
std::vector<HfTensor> gpt2_tensors(const TransformerConfig& c) {
  HfTable t;
  t.same("embedding.weight", {c.vocab, c.width}, "transformer.wte.weight");
  t.same("positions.weight", {c.context, c.width}, "transformer.wpe.weight");
  for (std::int64_t i = 0; i < c.layers; ++i) add_gpt2_block(t, c, i);
  t.same("norm.weight", {c.width}, "transformer.ln_f.weight");
  t.same("norm.bias", {c.width}, "transformer.ln_f.bias");
  if (!c.tied) t.same("head.weight", {c.vocab, c.width}, "lm_head.weight");
  auto rows = t.take();
  for (HfTensor& row : rows) row.absent = !c.bias && row.ours.ends_with(".bias");
  return rows;
}

std::vector<HfTensor> llama_tensors(const TransformerConfig& c) {
  HfTable t;
  const std::int64_t queries = c.heads * c.head_width, keys = c.kv_heads * c.head_width;
  t.same("embedding.weight", {c.vocab, c.width}, "model.embed_tokens.weight");
  for (std::int64_t i = 0; i < c.layers; ++i) {
    const std::string ours = "blocks." + std::to_string(i) + ".";
    const std::string theirs = "model.layers." + std::to_string(i) + ".";
    const std::string attention = theirs + "self_attn.", mlp = theirs + "mlp.";
    t.same(ours + "norm1.weight", {c.width}, theirs + "input_layernorm.weight");
    t.joined(ours + "attention.qkv", c.width, c.bias,
             {{attention + "q_proj", queries},
              {attention + "k_proj", keys},
              {attention + "v_proj", keys}});
    t.joined(ours + "attention.out", queries, c.bias, {{attention + "o_proj", c.width}});
    t.same(ours + "norm2.weight", {c.width}, theirs + "post_attention_layernorm.weight");
    t.joined(ours + "mlp.gate_up", c.width, c.bias,
             {{mlp + "gate_proj", c.hidden}, {mlp + "up_proj", c.hidden}});
    t.joined(ours + "mlp.down", c.hidden, c.bias, {{mlp + "down_proj", c.width}});
  }
  t.same("norm.weight", {c.width}, "model.norm.weight");
  if (!c.tied) t.same("head.weight", {c.vocab, c.width}, "lm_head.weight");
  return t.take();
}

// Constants that old releases of transformers saved beside the weights; and the tied head, which
// some save though it is the embedding table.
bool is_leftover(std::string_view name, const TransformerConfig& c) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") ||
         name.ends_with(".rotary_emb.inv_freq") || (c.tied && name == "lm_head.weight");
}

}  // namespace

std::vector<HfTensor> hf_tensors(const TransformerConfig& c) {
  return hf_layout(c) == HfLayout::gpt2 ? gpt2_tensors(c) : llama_tensors(c);
}

nn::StateDict to_hf(const nn::StateDict& ours, const TransformerConfig& c) {
  return to_hf(ours, hf_tensors(c));
}

nn::StateDict from_hf(const HfSource& source, const TransformerConfig& c) {
  const auto leftover = [&](std::string_view name) { return is_leftover(name, c); };
  return from_hf(source, hf_tensors(c), {"transformer.", leftover});
}

nn::StateDict from_hf(const nn::StateDict& theirs, const TransformerConfig& c) {
  return from_hf(weights_in_memory(theirs), c);
}

}  // namespace dlt::models
