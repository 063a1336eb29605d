#pragma once

#include "models/transformer/transformer.h"

namespace dlt::test {

// Small models of both flavours: 11 tokens, width 8, 2 heads, 2 layers, context 6.
models::TransformerConfig small_gpt2();
models::TransformerConfig small_llama();  // one head of keys and values

// A network whose every parameter is random, biases and norms too.
struct RandomTransformer {
  explicit RandomTransformer(const models::TransformerConfig& c, std::uint64_t seed = 1);
  nn::Params params;
  models::Transformer net;
};
void randomize(nn::Params& params, std::uint64_t seed);

Indices random_tokens(Shape shape, std::int64_t vocab, std::uint64_t seed);

}  // namespace dlt::test
