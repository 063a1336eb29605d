#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/rng.h"
#include "tensor/tensor.h"
#include "text/tokenizer.h"

namespace dlt::models {

struct SampleOptions {
  std::int64_t tokens = 200;
  double temperature = 1;  // 0: always the likeliest token
  std::int64_t top_k = 0;  // 0: all
  double top_p = 1;        // the smallest set of tokens whose probabilities reach this
  std::uint64_t seed = 1;
};

// A model that continues a sequence of tokens.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const text::Tokenizer& tokenizer() const = 0;
  // Calls `emit` with each new token until options.tokens of them or until it returns false. Where
  // the context is full, the model goes on from the last half of it.
  virtual void generate(const std::vector<std::int32_t>& prompt, const SampleOptions& options,
                        const std::function<bool(std::int32_t)>& emit) const = 0;
};

// Draws a token from softmax(logits / temperature), cut to top_k and then top_p.
std::int32_t sample(const Tensor& logits, const SampleOptions& options, Rng& rng);

}  // namespace dlt::models
