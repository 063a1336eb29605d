#pragma once

#include <cstdint>
#include <string>

#include "config/reader.h"
#include "ops/ops.h"

namespace dlt::models {

// The encoder-decoder Transformer of Vaswani et al. 2017 and Marian's (Junczys-Dowmunt et al. 2018)
// variations of it.
struct Seq2SeqConfig {
  std::int64_t vocab = 0;  // set by the tokenizer; one for source and target
  std::int64_t encoder_layers = 6, decoder_layers = 6;
  std::int64_t width = 512;
  std::int64_t heads = 8;
  std::int64_t hidden = 2048;  // width of the feed-forward layers
  std::int64_t context = 512;  // positions of a source and of a target
  // sinusoidal: all sines, then all cosines, as Marian has them; interleaved: sin, cos, sin, cos,
  // as the paper has them; learned: one table for sources, one for targets.
  std::string positions = "sinusoidal";
  std::string norm_place = "post";  // after each sub-layer's residual sum; or pre: before it
  bool final_norms = false;         // one after all encoder layers, one after all decoder layers
  bool scale_embedding = true;      // by the square root of the width
  std::int64_t padding = ops::no_padding;  // a token that learns nothing as input: Marian's pad
  std::string activation = "relu";  // or silu, gelu (by tanh), gelu_erf
  double dropout = 0.1;             // of sub-layers' results, and of embeddings plus positions
  double attention_dropout = 0;     // of attention weights
  double activation_dropout = 0;    // inside the feed-forward layers
  double norm_epsilon = 1e-5;

  bool pre() const { return norm_place == "pre"; }
  std::int64_t head_width() const { return width / heads; }
  ops::Heads attention() const { return {heads, heads, head_width()}; }

  std::int64_t parameters() const;
  // Multiply-adds of one source token and of one target token, the attention itself left out.
  std::int64_t source_macs() const, target_macs() const;

  static Seq2SeqConfig read(config::Reader& r);
};

}  // namespace dlt::models
