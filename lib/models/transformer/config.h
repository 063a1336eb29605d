#pragma once

#include <cstdint>
#include <string>

#include "config/reader.h"
#include "ops/ops.h"

namespace dlt::models {

// One decoder-only Transformer. Two settings of it have names: gpt2 (learned positions, LayerNorm,
// GELU, biases, tied head; Radford et al. 2019) and llama (RoPE, RMSNorm, SwiGLU, no biases, own
// head; Touvron et al. 2023). `flavour` sets the defaults of the fields after it.
struct TransformerConfig {
  std::int64_t vocab = 0;  // set by the tokenizer
  std::int64_t layers = 6;
  std::int64_t width = 384;
  std::int64_t heads = 6;
  std::int64_t kv_heads = 6;  // key/value heads; fewer than heads: grouped queries
  std::int64_t head_width = 64;
  std::int64_t hidden = 1536;  // width of the MLP
  std::int64_t context = 256;  // positions
  std::string flavour = "gpt2";
  std::string positions = "learned";  // or rope
  std::string norm = "layer";         // or rms
  std::string mlp = "gelu";           // or relu, silu, swiglu
  bool bias = true;
  bool tied = true;  // the head is the embedding table
  double dropout = 0;
  double norm_epsilon = 1e-5;
  double rope_theta = 10000;
  double init_deviation = 0.02;

  bool swiglu() const { return mlp == "swiglu"; }
  bool rope() const { return positions == "rope"; }
  ops::Activation activation() const;
  ops::Heads attention() const { return {heads, kv_heads, head_width}; }

  std::int64_t parameters() const;
  // 6 N + 12 layers width context: floating-point operations of one trained token (Kaplan et al.
  // 2020; Chowdhery et al. 2022, appendix B), N the parameters that are multiplied with.
  double train_flops_per_token() const;

  static TransformerConfig read(config::Reader& r);
  static TransformerConfig read_blocks(config::Reader& r);  // of a network without a tied head
};

}  // namespace dlt::models
