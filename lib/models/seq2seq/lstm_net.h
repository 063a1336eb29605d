#pragma once

#include <span>
#include <vector>

#include "config/reader.h"
#include "models/seq2seq/network.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "nn/recurrent.h"

namespace dlt::models {

struct Seq2SeqLstmConfig {
  std::int64_t vocab = 0;        // set by the tokenizer, one for both sides
  std::int64_t layers = 2;       // of the encoder and of the decoder
  std::int64_t width = 512;      // of the decoder's state; each direction of the encoder has half
  std::int64_t embedding = 512;  // as `width` unless given
  bool tied = true;              // the head is the embedding table; needs embedding = width
  double dropout = 0.1;          // on embeddings, between layers and before the head

  std::int64_t parameters() const;
  static Seq2SeqLstmConfig read(config::Reader& r);
};

// What a decoder looks at: the encoded sources.
struct EncodedSource {
  Tensor values;               // [batch, s, width]: the states of the encoder
  Tensor keys;                 // the same, for the general score: W_a times the states
  Indices seen;                // [batch, 1, 1, s]: 0 where a source is padded
  nn::Recurrent::State start;  // of the decoder
};

// An encoder of bidirectional LSTMs and a decoder of LSTMs with global attention, general score,
// without input feeding (Luong, Pham and Manning 2015, 3.1), so that the decoder runs over all
// steps before it looks at the source. The decoder's layer i starts from the ends of the encoder's
// layer i: h = tanh(W ends), c = W' ends. One table of embeddings for both sides.
class Seq2SeqLstm : public Seq2SeqNet {
 public:
  Seq2SeqLstm(const nn::Scope& s, const Seq2SeqLstmConfig& c);

  Tensor loss(const data::PairBatch& batch, double smoothing,
              nn::Training* training) const override;
  Tensor logits(const data::PairBatch& batch) const override;
  std::unique_ptr<Decoding> decode(const Indices& source,
                                   std::span<const std::int64_t> sizes) const override;
  std::int64_t vocab() const override { return c_.vocab; }
  std::int64_t longest() const override { return INT64_MAX; }

  EncodedSource encode(const Indices& source, std::span<const std::int64_t> sizes,
                       nn::Training* training) const;
  // Logits [batch, t, vocab] after each of the tokens [batch, t], which follow what `state` has
  // seen. No dropout.
  Tensor step(const Indices& tokens, const EncodedSource& encoded,
              nn::Recurrent::State& state) const;

 private:
  // What the head multiplies: states that have looked at the source.
  Tensor joined(const Indices& tokens, const EncodedSource& encoded, nn::Recurrent::State& state,
                nn::Training* training) const;
  const Tensor& head() const { return head_.defined() ? head_ : embedding_.weight(); }

  Seq2SeqLstmConfig c_;
  nn::Embedding embedding_;
  std::vector<nn::Recurrent> forwards_, backwards_;  // a layer each
  std::vector<nn::Linear> bridges_;                  // of each layer: [2 width, width]
  nn::Recurrent decoder_;
  nn::Linear score_, join_;  // W_a and W_c
  Tensor head_;              // [vocab, width]; undefined if tied
  Tensor bias_;              // [vocab]
};

std::unique_ptr<Seq2SeqNet> make_seq2seq_lstm(config::Reader& model, const nn::Scope& scope,
                                              std::int64_t vocab);

}  // namespace dlt::models
