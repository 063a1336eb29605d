#pragma once

#include <functional>

#include "models/backbone/stack.h"
#include "models/language_task.h"
#include "nn/embedding.h"

// Language models over a stack of mixers.
namespace dlt::models {

struct StackLmConfig {
  Architecture architecture;
  std::int64_t vocab = 0;      // set by the tokenizer
  std::int64_t context = 256;  // steps that the loss is taken over; it does not limit generation
  bool tied = true;            // the head is the embedding table
  double init_deviation = 0.02;

  static StackLmConfig read(config::Reader& model, ReadArchitecture read);
  void read_rest(config::Reader& model);  // all but the architecture; the fields are the defaults
};

// "backbone.embeddings.weight", "backbone.layers.0...", "backbone.norm_f.weight" and, unless tied,
// "lm_head.weight": Mamba's names.
class StackLm : public LanguageNet {
 public:
  StackLm(const nn::Scope& s, const StackLmConfig& c);

  Tensor embed(const Indices& tokens) const override { return embedding_(tokens); }
  Tensor loss(const Tensor& embedded, const Indices& targets,
              nn::Training* training) const override;
  std::unique_ptr<Continuation> begin() const override;
  std::vector<LanguageLayer> layers(const nn::StateDict& weights) const override;

  Tensor logits(const Indices& tokens) const;  // [batch, time] to [batch, time, vocab]
  // The logits [vocab] after `tokens`, which follow what `state` has read.
  Tensor next_logits(const std::vector<std::int32_t>& tokens, Stack::State& state) const;
  Stack::State start() const { return stack_.start(); }
  const Stack& stack() const { return stack_; }
  const StackLmConfig& config() const { return c_; }

 private:
  const Tensor& head() const { return head_.defined() ? head_ : embedding_.weight(); }

  StackLmConfig c_;
  nn::Embedding embedding_;
  Stack stack_;
  Tensor head_;  // [vocab, width]; undefined if tied
};

LanguageSize size_of_stack_lm(const StackLmConfig& c, std::int64_t batch);

template <ReadArchitecture read, class Net = StackLm>
std::unique_ptr<Model> make_stack_lm(config::Reader& root, const Origin& origin) {
  return make_language_model<Net, StackLmConfig>(
      root, origin, [](config::Reader& model) { return StackLmConfig::read(model, read); },
      size_of_stack_lm);
}

}  // namespace dlt::models
