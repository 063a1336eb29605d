#pragma once

#include <functional>

#include "models/seq2seq/config.h"
#include "nn/layers.h"

namespace dlt::models {

// Position t of sinusoids: sin(t / 10000^(2 i / width)) and the cosine of the same, all sines
// before all cosines, or interleaved: element 2 i and 2 i + 1. [positions, width]
enum class Sinusoids : std::uint8_t { halves, interleaved };
Tensor sinusoids(std::int64_t positions, std::int64_t width, Sinusoids order);

// Embedded tokens plus positions.
class Seq2SeqEmbedding {
 public:
  // `tokens` are shared and make no parameters here.
  Seq2SeqEmbedding(const nn::Scope& s, const Tensor& tokens, const Seq2SeqConfig& c);
  Tensor operator()(const Indices& ids, const Indices& positions, nn::Training* training) const;

 private:
  Tensor tokens_, positions_;
  std::int64_t padding_;
  real factor_;
  double dropout_;
};

// One residual sub-layer: norm(x + dropout(f(x))), or x + dropout(f(norm(x))) where norms are
// first.
class Residual {
 public:
  Residual(const nn::Scope& norm, const Seq2SeqConfig& c);

  template <class F>
  Tensor operator()(const Tensor& x, nn::Training* training, const F& f) const {
    return pre_ ? ops::add(x, dropout_(f(norm_(x)), training))
                : norm_(ops::add(x, dropout_(f(x), training)));
  }

 private:
  bool pre_;
  nn::LayerNorm norm_;
  nn::Dropout dropout_;
};

class FeedForward {
 public:
  FeedForward(const nn::Scope& s, const Seq2SeqConfig& c);
  Tensor operator()(const Tensor& x, nn::Training* training) const;

 private:
  ops::Activation activation_;
  bool gelu_erf_;
  nn::Linear up_, down_;
  nn::Dropout dropout_;
};

// What positions make of queries, keys and values, or of queries alone: [rows, width].
using Attention = std::function<Tensor(const Tensor&)>;

class EncoderLayer {
 public:
  EncoderLayer(const nn::Scope& s, const Seq2SeqConfig& c);
  Tensor operator()(const Tensor& x, const Attention& self, nn::Training* training) const;

 private:
  nn::Linear qkv_, out_;
  Residual attended_;
  FeedForward feed_;
  Residual fed_;
};

class DecoderLayer {
 public:
  DecoderLayer(const nn::Scope& s, const Seq2SeqConfig& c);
  Tensor operator()(const Tensor& x, const Attention& self, const Attention& cross,
                    nn::Training* training) const;
  // Of encoded sources [rows, width]: keys, then values, [rows, 2 width], for `cross`.
  Tensor keys_values(const Tensor& encoded) const { return keys_values_(encoded); }

 private:
  nn::Linear qkv_, out_;
  Residual attended_;
  nn::Linear queries_, keys_values_, cross_out_;
  Residual crossed_;
  FeedForward feed_;
  Residual fed_;
};

}  // namespace dlt::models
