#pragma once

#include <optional>

#include "config/reader.h"
#include "models/language_net.h"
#include "nn/embedding.h"
#include "nn/recurrent.h"

namespace dlt::models {

struct RecurrentConfig {
  nn::Cell cell = nn::Cell::lstm;
  std::int64_t vocab = 0;  // set by the tokenizer
  std::int64_t layers = 2;
  std::int64_t width = 512;      // of the state of each layer
  std::int64_t embedding = 512;  // width of the embedding; as `width` unless given
  std::int64_t context = 64;     // steps that the loss is taken and sent back over
  bool tied = true;              // the head is the embedding table; needs embedding = width
  double dropout = 0;

  std::int64_t parameters() const;
  double train_flops_per_token() const;  // 6 a parameter that is multiplied with

  static RecurrentConfig read(config::Reader& r, nn::Cell cell);
};

// Embedding, layers of an RNN, LSTM or GRU with torch.nn's parameters, and a head:
// "embedding.weight", "recurrent.weight_ih_l0", ..., "head.weight" unless tied, "head.bias" (states
// lie in [-1, 1] and would have to saturate to make up for a missing one). Dropout before, between
// and after the layers (Zaremba et al. 2014). A window begins with a state of zeros.
class RecurrentNet : public LanguageNet {
 public:
  RecurrentNet(const nn::Scope& s, const RecurrentConfig& c);

  Tensor embed(const Indices& tokens) const override { return embedding_(tokens); }
  Tensor loss(const Tensor& embedded, const Indices& targets,
              nn::Training* training) const override;
  std::unique_ptr<Continuation> begin() const override;
  std::vector<LanguageLayer> layers(const nn::StateDict& weights) const override;

  // The logits of every step [batch, time, vocab], from `state` on, which becomes that after them.
  Tensor logits(const Indices& tokens, nn::Recurrent::State& state) const;
  nn::Recurrent::State start() const { return recurrent_.start(); }

 private:
  const Tensor& head() const { return head_.defined() ? head_ : embedding_.weight(); }

  RecurrentConfig c_;
  nn::Embedding embedding_;
  nn::Recurrent recurrent_;
  Tensor head_;  // [vocab, width]; undefined if tied
  Tensor bias_;  // [vocab]
};

}  // namespace dlt::models
