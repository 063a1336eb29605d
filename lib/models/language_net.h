#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nn/context.h"
#include "nn/params.h"
#include "text/tokenizer.h"

namespace dlt::models {

// A text that goes on, with what the network remembers of it. No gradients.
class Continuation {
 public:
  virtual ~Continuation() = default;
  // The logits [vocab] of what follows `tokens` (one at least), which follow those read before.
  virtual Tensor read(const std::vector<std::int32_t>& tokens) = 0;
};

// One line of `dlt inspect` for a language model.
struct LanguageLayer {
  std::string name;
  std::int64_t width = 0;  // of its output
  std::int64_t parameters = 0;
  std::int64_t macs = 0;  // multiply-adds of the forward pass, one token
};

// The network of a language model, between tokens and the loss of the tokens that come next.
class LanguageNet {
 public:
  virtual ~LanguageNet() = default;
  virtual Tensor embed(const Indices& tokens) const = 0;  // [batch, time] to [batch, time, width]
  // Mean cross entropy of embedded tokens against targets [batch, time], -1 not counting.
  virtual Tensor loss(const Tensor& embedded, const Indices& targets,
                      nn::Training* training) const = 0;
  virtual std::unique_ptr<Continuation> begin() const = 0;

  virtual std::vector<LanguageLayer> layers(const nn::StateDict& weights) const = 0;
  virtual std::vector<std::string_view> export_formats() const { return {"safetensors", "npz"}; }
  virtual void export_weights(std::string_view format, const std::string& path,
                              const nn::StateDict& weights, const text::Tokenizer& tokenizer) const;
};

}  // namespace dlt::models
