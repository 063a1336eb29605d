#include "support/transformers.h"

#include <algorithm>

#include "base/rng.h"
#include "support/check_op.h"

namespace dlt::test {

models::TransformerConfig small_gpt2() {
  models::TransformerConfig c;
  c.vocab = 11;
  c.layers = 2;
  c.width = 8;
  c.heads = c.kv_heads = 2;
  c.head_width = 4;
  c.hidden = 12;
  c.context = 6;
  return c;
}

models::TransformerConfig small_llama() {
  models::TransformerConfig c = small_gpt2();
  c.flavour = "llama";
  c.positions = "rope";
  c.norm = "rms";
  c.mlp = "swiglu";
  c.bias = c.tied = false;
  c.kv_heads = 1;
  return c;
}

void randomize(nn::Params& params, std::uint64_t seed) {
  for (const auto& [name, t] : params.all()) {
    Tensor to = t;
    std::ranges::copy(random(t.shape(), derive(seed, name), -0.5, 0.5).values(), to.mutable_data());
  }
}

RandomTransformer::RandomTransformer(const models::TransformerConfig& c, std::uint64_t seed)
    : params(nn::Params::blank()), net(nn::Scope(params), c) {
  randomize(params, seed);
}

Indices random_tokens(Shape shape, std::int64_t vocab, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(shape.size()));
  for (auto& id : ids) {
    id = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(vocab)));
  }
  return {std::move(shape), std::move(ids)};
}

}  // namespace dlt::test
