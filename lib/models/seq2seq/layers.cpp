#include "models/seq2seq/layers.h"

#include <cmath>

namespace dlt::models {
namespace {

// Each projection begins as if q, k and v were one matrix (as torch's MultiheadAttention).
nn::Linear projection(const nn::Scope& s, std::int64_t width, std::int64_t parts) {
  return {s, width, parts * width, nn::Bias::yes, nn::xavier_uniform(width, 3 * width)};
}

nn::Linear matrix(const nn::Scope& s, std::int64_t in, std::int64_t out) {
  return {s, in, out, nn::Bias::yes, nn::xavier_uniform(in, out)};
}

ops::Activation fused(const Seq2SeqConfig& c) {
  return c.activation == "relu"   ? ops::Activation::relu
         : c.activation == "silu" ? ops::Activation::silu
         : c.activation == "gelu" ? ops::Activation::gelu
                                  : ops::Activation::none;
}

}  // namespace

Tensor sinusoids(std::int64_t positions, std::int64_t width, Sinusoids order) {
  Tensor table = Tensor::uninitialized({positions, width});
  const std::int64_t sines = (width + 1) / 2;
  const bool halves = order == Sinusoids::halves;
  for (std::int64_t j = 0; j < width; ++j) {
    const bool sine = halves ? j < sines : j % 2 == 0;
    const std::int64_t i = !halves ? j / 2 : sine ? j : j - sines;
    const double rate = std::pow(10000, -2 * static_cast<double>(i) / static_cast<double>(width));
    for (std::int64_t t = 0; t < positions; ++t) {
      const double angle = static_cast<double>(t) * rate;
      table.mutable_data()[t * width + j] =
          static_cast<real>(sine ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

Seq2SeqEmbedding::Seq2SeqEmbedding(const nn::Scope& s, const Tensor& tokens, const Seq2SeqConfig& c)
    : tokens_(tokens),
      padding_(c.padding),
      factor_(c.scale_embedding ? static_cast<real>(std::sqrt(static_cast<double>(c.width)))
                                : real(1)),
      dropout_(c.dropout) {
  if (c.positions == "learned") {
    const double deviation = 1 / std::sqrt(static_cast<double>(c.width));
    positions_ = (s / "positions").param("weight", {c.context, c.width}, nn::normal(deviation));
  } else {
    positions_ =
        sinusoids(c.context, c.width,
                  c.positions == "interleaved" ? Sinusoids::interleaved : Sinusoids::halves);
  }
}

Tensor Seq2SeqEmbedding::operator()(const Indices& ids, const Indices& positions,
                                    nn::Training* training) const {
  const Tensor x = ops::scale(ops::embedding(tokens_, ids, padding_), factor_);
  return nn::Dropout(dropout_)(ops::add(x, ops::embedding(positions_, positions)), training);
}

Residual::Residual(const nn::Scope& norm, const Seq2SeqConfig& c)
    : pre_(c.pre()), norm_(norm, c.width, nn::Bias::yes, c.norm_epsilon), dropout_(c.dropout) {}

FeedForward::FeedForward(const nn::Scope& s, const Seq2SeqConfig& c)
    : activation_(fused(c)),
      gelu_erf_(c.activation == "gelu_erf"),
      up_(matrix(s / "up", c.width, c.hidden)),
      down_(matrix(s / "down", c.hidden, c.width)),
      dropout_(c.activation_dropout) {}

Tensor FeedForward::operator()(const Tensor& x, nn::Training* training) const {
  const Tensor h = up_(x, activation_);
  return down_(dropout_(gelu_erf_ ? ops::gelu(h) : h, training));
}

EncoderLayer::EncoderLayer(const nn::Scope& s, const Seq2SeqConfig& c)
    : qkv_(projection(s / "attention" / "qkv", c.width, 3)),
      out_(matrix(s / "attention" / "out", c.width, c.width)),
      attended_(s / "norm1", c),
      feed_(s / "mlp", c),
      fed_(s / "norm2", c) {}

Tensor EncoderLayer::operator()(const Tensor& x, const Attention& self,
                                nn::Training* training) const {
  const Tensor h = attended_(x, training, [&](const Tensor& in) { return out_(self(qkv_(in))); });
  return fed_(h, training, [&](const Tensor& in) { return feed_(in, training); });
}

DecoderLayer::DecoderLayer(const nn::Scope& s, const Seq2SeqConfig& c)
    : qkv_(projection(s / "attention" / "qkv", c.width, 3)),
      out_(matrix(s / "attention" / "out", c.width, c.width)),
      attended_(s / "norm1", c),
      queries_(projection(s / "cross" / "queries", c.width, 1)),
      keys_values_(projection(s / "cross" / "keys_values", c.width, 2)),
      cross_out_(matrix(s / "cross" / "out", c.width, c.width)),
      crossed_(s / "norm2", c),
      feed_(s / "mlp", c),
      fed_(s / "norm3", c) {}

Tensor DecoderLayer::operator()(const Tensor& x, const Attention& self, const Attention& cross,
                                nn::Training* training) const {
  Tensor h = attended_(x, training, [&](const Tensor& in) { return out_(self(qkv_(in))); });
  h = crossed_(h, training, [&](const Tensor& in) { return cross_out_(cross(queries_(in))); });
  return fed_(h, training, [&](const Tensor& in) { return feed_(in, training); });
}

}  // namespace dlt::models
