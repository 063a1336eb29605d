#include "models/transformer/transformer.h"

#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/attention.h"

namespace dlt::models {

using namespace ops;

namespace {

nn::Norm make_norm(const nn::Scope& s, const TransformerConfig& c) {
  if (c.norm == "rms") return nn::RmsNorm(s, c.width, c.norm_epsilon);
  return nn::LayerNorm(s, c.width, c.bias ? nn::Bias::yes : nn::Bias::no, c.norm_epsilon);
}

Tensor drop(const Tensor& x, double rate, nn::Training* training) {
  return training == nullptr ? x : ops::dropout(x, rate, training->next_key());
}

nn::Linear make_linear(const nn::Scope& s, std::int64_t in, std::int64_t out,
                       const TransformerConfig& c, double deviation) {
  return {s, in, out, c.bias ? nn::Bias::yes : nn::Bias::no, nn::normal(deviation)};
}

// GPT-2 starts the two matrices that write to the residual stream smaller, so that the stream's
// variance does not grow with the number of layers.
double residual_deviation(const TransformerConfig& c) {
  return c.init_deviation / std::sqrt(2 * static_cast<double>(c.layers));
}

// Copies keys and values of qkv rows [time, packed] behind the cache's first `used` positions.
void remember(LayerCache& cache, const Tensor& qkv, std::int64_t used, const ops::Heads& heads) {
  const std::int64_t row = heads.key_value * heads.width, time = qkv.dim(1);
  for (std::int64_t t = 0; t < time; ++t) {
    const real* keys = qkv.data() + t * heads.packed() + heads.query * heads.width;
    std::copy_n(keys, row, cache.keys.mutable_data() + (used + t) * row);
    std::copy_n(keys + row, row, cache.values.mutable_data() + (used + t) * row);
  }
}

}  // namespace

TransformerBlock::TransformerBlock(const nn::Scope& s, const TransformerConfig& c)
    : c_(c),
      norm1_(make_norm(s / "norm1", c)),
      qkv_(make_linear(s / "attention" / "qkv", c.width, c.attention().packed(), c,
                       c.init_deviation)),
      out_(make_linear(s / "attention" / "out", c.heads * c.head_width, c.width, c,
                       residual_deviation(c))),
      norm2_(make_norm(s / "norm2", c)),
      up_(make_linear(s / "mlp" / (c.swiglu() ? "gate_up" : "up"), c.width,
                      c.swiglu() ? 2 * c.hidden : c.hidden, c, c.init_deviation)),
      down_(make_linear(s / "mlp" / "down", c.hidden, c.width, c, residual_deviation(c))) {}

Tensor TransformerBlock::queries_keys_values(const Tensor& x, std::int64_t start) const {
  const Tensor qkv = qkv_(nn::normalize(norm1_, x));
  return c_.rope() ? ops::rope(qkv, c_.attention(), c_.rope_theta, start) : qkv;
}

Tensor TransformerBlock::mlp(const Tensor& x) const {
  const Tensor normed = nn::normalize(norm2_, x);
  return down_(c_.swiglu() ? ops::swiglu(up_(normed)) : up_(normed, c_.activation()));
}

Tensor TransformerBlock::operator()(const Tensor& x, nn::Training* training) const {
  const double weight_dropout = training == nullptr ? 0 : c_.dropout;
  const std::uint64_t key = training == nullptr ? 0 : training->next_key();
  const Tensor seen =
      ops::attention(queries_keys_values(x, 0), c_.attention(), weight_dropout, key);
  const Tensor h = x + drop(out_(seen), c_.dropout, training);
  return h + drop(mlp(h), c_.dropout, training);
}

Tensor TransformerBlock::cached(const Tensor& x, LayerCache& cache, std::int64_t used) const {
  const Tensor qkv = queries_keys_values(x, used);
  remember(cache, qkv, used, c_.attention());
  Tensor seen;
  if (used == 0) {
    seen = ops::attention(qkv, c_.attention());
  } else {
    seen = Tensor::uninitialized({1, 1, c_.heads * c_.head_width});
    kernels::attention_step(seen.mutable_data(), qkv.data(), cache.keys.data(), cache.values.data(),
                            used + 1,
                            {.batch = 1,
                             .time = 1,
                             .query = c_.heads,
                             .key_value = c_.kv_heads,
                             .width = c_.head_width});
  }
  const Tensor h = x + out_(seen);
  return h + mlp(h);
}

std::vector<PartCost> part_costs(const TransformerConfig& c, std::int64_t time) {
  const std::int64_t attended = c.heads * c.head_width, packed = c.attention().packed();
  const std::int64_t matrices = c.swiglu() ? 3 : 2;
  std::vector<PartCost> all;
  if (!c.rope()) all.push_back({"positions", 0, c.width});
  for (std::int64_t i = 0; i < c.layers; ++i) {
    const std::string block = "blocks." + std::to_string(i) + ".";
    all.push_back({block + "norm1", 0, c.width});
    all.push_back({block + "attention", c.width * (packed + attended) + attended * (time + 1),
                   packed * (c.rope() ? 2 : 1) + attended + c.width});
    all.push_back({block + "norm2", 0, c.width});
    all.push_back({block + "mlp", c.width * c.hidden * matrices, c.hidden * matrices});
  }
  all.push_back({"norm", 0, c.width});
  return all;
}

TransformerBlocks::TransformerBlocks(const nn::Scope& s, const TransformerConfig& c)
    : c_(c), norm_(make_norm(s / "norm", c)) {
  if (!c.rope()) {
    positions_.emplace(s / "positions", c.context, c.width, nn::normal(c.init_deviation));
  }
  for (std::int64_t i = 0; i < c.layers; ++i) blocks_.emplace_back(s / "blocks" / i, c);
}

Tensor TransformerBlocks::place(const Tensor& embedded, std::int64_t start) const {
  return positions_ ? ops::add_positions(embedded, positions_->weight(), start) : embedded;
}

Tensor TransformerBlocks::operator()(const Tensor& embedded, nn::Training* training) const {
  Tensor x = drop(place(embedded, 0), c_.dropout, training);
  for (const TransformerBlock& block : blocks_) x = block(x, training);
  return nn::normalize(norm_, x);
}

Tensor TransformerBlocks::cached(const Tensor& embedded, KeyValueCache& cache) const {
  Tensor x = place(embedded, cache.used);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i].cached(x, cache.layers[i], cache.used);
  }
  cache.used += x.dim(1);
  return nn::normalize(
      norm_, Tensor::from({1, c_.width}, x.values().last(static_cast<std::size_t>(c_.width))));
}

Transformer::Transformer(const nn::Scope& s, const TransformerConfig& c)
    : c_(c),
      embedding_(s / "embedding", c.vocab, c.width, nn::normal(c.init_deviation)),
      blocks_(s, c) {
  if (!c.tied) {
    head_.emplace(s / "head", c.width, c.vocab, nn::Bias::no, nn::normal(c.init_deviation));
  }
}

Tensor Transformer::logits(const Indices& tokens) const {
  return ops::linear(blocks_(embed(tokens), nullptr), head());
}

Tensor Transformer::loss(const Tensor& embedded, const Indices& targets,
                         nn::Training* training) const {
  return ops::linear_cross_entropy(blocks_(embedded, training), head(), targets);
}

KeyValueCache Transformer::new_cache() const {
  KeyValueCache cache;
  const Shape shape{c_.context, c_.kv_heads * c_.head_width};
  for (std::int64_t i = 0; i < c_.layers; ++i) {
    cache.layers.push_back({Tensor::uninitialized(shape), Tensor::uninitialized(shape)});
  }
  return cache;
}

Tensor Transformer::next_logits(const std::vector<std::int32_t>& tokens,
                                KeyValueCache& cache) const {
  const auto time = static_cast<std::int64_t>(tokens.size());
  require(time > 0 && cache.used + time <= c_.context,
          "next_logits: {} tokens after {} do not fit a context of {}", time, cache.used,
          c_.context);
  const autograd::NoGrad off;
  if (cache.used > 0 && time > 1) {
    for (std::int64_t t = 0; t + 1 < time; ++t) {
      next_logits({tokens[static_cast<std::size_t>(t)]}, cache);
    }
    return next_logits({tokens.back()}, cache);
  }
  const Tensor last = blocks_.cached(embed(Indices({1, time}, tokens)), cache);
  return ops::linear(last, head()).reshape({c_.vocab});
}

}  // namespace dlt::models
