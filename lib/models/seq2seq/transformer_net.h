#pragma once

#include <optional>
#include <vector>

#include "models/seq2seq/layers.h"
#include "models/seq2seq/network.h"

namespace dlt::models {

// The rows of a batch of sequences one behind the other, without padding.
struct RaggedRows {
  RaggedRows(const Indices& ids, std::span<const std::int64_t> sizes);  // [batch, longest]

  Indices ids, positions;  // [rows]
  Indices first;           // [batch + 1], see ops::ragged_attention
};

// Vaswani et al. 2017; see Seq2SeqConfig. Parameters: "embedding.weight" (tokens of source and
// target, and the output matrix), "encoder.layers.0.attention.qkv.weight", ...,
// "decoder.layers.0.cross.keys_values.weight", ...; a buffer "output_bias", added to the logits.
class Seq2SeqTransformer : public Seq2SeqNet {
 public:
  Seq2SeqTransformer(const nn::Scope& s, const Seq2SeqConfig& c);

  Tensor loss(const data::PairBatch& batch, double smoothing,
              nn::Training* training) const override;
  Tensor logits(const data::PairBatch& batch) const override;
  std::unique_ptr<Decoding> decode(const Indices& source,
                                   std::span<const std::int64_t> sizes) const override;
  std::int64_t vocab() const override { return c_.vocab; }
  std::int64_t longest() const override { return c_.context; }
  const Seq2SeqConfig& config() const { return c_; }

 private:
  friend class TransformerDecoding;

  void check_length(const RaggedRows& rows) const;
  Tensor encode(const RaggedRows& source, nn::Training* training) const;
  // What the logits are made of, [rows, width].
  Tensor hidden(const RaggedRows& source, const RaggedRows& input, nn::Training* training) const;
  Tensor decoded(const Tensor& x) const { return decoder_norm_ ? (*decoder_norm_)(x) : x; }
  Tensor head(const Tensor& x) const { return ops::linear(x, embedding_, output_bias_); }

  Seq2SeqConfig c_;
  Tensor embedding_, output_bias_;
  Seq2SeqEmbedding source_, target_;
  std::vector<EncoderLayer> encoder_;
  std::vector<DecoderLayer> decoder_;
  std::optional<nn::LayerNorm> encoder_norm_, decoder_norm_;
};

// Reads the object "model" and makes the network of as many tokens.
std::unique_ptr<Seq2SeqNet> make_seq2seq_transformer(config::Reader& model, const nn::Scope& scope,
                                                     std::int64_t vocab);

}  // namespace dlt::models
