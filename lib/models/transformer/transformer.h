#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/transformer/config.h"
#include "nn/layers.h"

namespace dlt::models {

// Keys and values of the positions seen so far, so that one more token costs one row of work.
struct LayerCache {
  Tensor keys, values;  // [context, kv_heads * head_width]
};
struct KeyValueCache {
  std::vector<LayerCache> layers;
  std::int64_t used = 0;  // positions
};

// x + attention(norm(x)), then x + mlp(norm(x)). x is [batch, time, width].
class TransformerBlock {
 public:
  TransformerBlock(const nn::Scope& s, const TransformerConfig& c);
  Tensor operator()(const Tensor& x, nn::Training* training) const;
  // x [1, time, width] continues the `used` positions in the cache; time is 1 unless used is 0.
  Tensor cached(const Tensor& x, LayerCache& cache, std::int64_t used) const;

 private:
  Tensor queries_keys_values(const Tensor& x, std::int64_t start) const;
  Tensor mlp(const Tensor& x) const;

  TransformerConfig c_;
  nn::Norm norm1_;
  nn::Linear qkv_, out_;
  nn::Norm norm2_;
  nn::Linear up_, down_;
};

// What a part does for one row of a sequence of `time`: multiply-adds of the forward pass, numbers
// kept for the way back.
struct PartCost {
  std::string name;
  std::int64_t macs = 0, kept = 0;
};
// Of TransformerBlocks, in order.
std::vector<PartCost> part_costs(const TransformerConfig& c, std::int64_t time);

// Positions, blocks and the last norm: "positions.weight" unless rotated, "blocks.0...", "norm...".
class TransformerBlocks {
 public:
  TransformerBlocks(const nn::Scope& s, const TransformerConfig& c);

  Tensor operator()(const Tensor& embedded, nn::Training* training) const;
  // The last step [1, width] of x [1, time, width], which continues what the cache holds.
  Tensor cached(const Tensor& x, KeyValueCache& cache) const;

 private:
  Tensor place(const Tensor& embedded, std::int64_t start) const;

  TransformerConfig c_;
  nn::Norm norm_;
  std::optional<nn::Embedding> positions_;
  std::vector<TransformerBlock> blocks_;
};

class Transformer {
 public:
  Transformer(const nn::Scope& s, const TransformerConfig& c);

  Tensor embed(const Indices& tokens) const { return embedding_(tokens); }  // [batch, time, width]
  Tensor logits(const Indices& tokens) const;  // tokens [batch, time] -> [batch, time, vocab]
  // Mean cross entropy of tokens [batch, time] against targets of the same shape.
  Tensor loss(const Tensor& embedded, const Indices& targets, nn::Training* training) const;
  Tensor loss(const Indices& tokens, const Indices& targets, nn::Training* training) const {
    return loss(embed(tokens), targets, training);
  }

  KeyValueCache new_cache() const;
  // Logits [vocab] after `tokens`, which continue what the cache holds. Needs room for them all.
  Tensor next_logits(const std::vector<std::int32_t>& tokens, KeyValueCache& cache) const;

  const TransformerConfig& config() const { return c_; }

 private:
  const Tensor& head() const { return head_ ? head_->weight() : embedding_.weight(); }

  TransformerConfig c_;
  nn::Embedding embedding_;
  TransformerBlocks blocks_;
  std::optional<nn::Linear> head_;
};

}  // namespace dlt::models
