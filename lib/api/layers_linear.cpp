#include <cmath>

#include "api/layer_families.h"
#include "nn/attention.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/linear.h"

namespace dlt::api {
namespace {

Layer linear(config::Reader& r, const nn::Scope& s, const Shape& input) {
  const std::int64_t in = inferred(r, "in_features", input, -1);
  std::int64_t out = 1;
  r.need("out_features", "an integer >= 1");
  r.field("out_features", out, 1, most_channels);
  const nn::Linear layer(s, in, out, read_bias(r));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }, in};
}

// Whole numbers as ids.
Indices ids_of(const Tensor& x, std::int64_t rows) {
  std::vector<std::int32_t> ids;
  ids.reserve(static_cast<std::size_t>(x.size()));
  for (real v : x.values()) {
    const bool fits = v >= 0 && v < static_cast<real>(rows) && v == std::floor(v);
    require(fits, Exit::data, "embedding: {} is not a whole number in [0, {})", v, rows);
    ids.push_back(static_cast<std::int32_t>(v));
  }
  return {x.shape(), std::move(ids)};
}

Layer embedding(config::Reader& r, const nn::Scope& s, const Shape&) {
  std::int64_t rows = 1, width = 1, padding = ops::no_padding;
  r.need("num_embeddings", "an integer >= 1");
  r.field("num_embeddings", rows, 1, 1 << 24);
  r.need("embedding_dim", "an integer >= 1");
  r.field("embedding_dim", width, 1, most_channels);
  r.field("padding_idx", padding, ops::no_padding, rows - 1);
  const nn::Embedding layer(s, rows, width, nn::normal(1), padding);
  return {[layer, rows](const Tensor& x, nn::Pass&) { return layer(ids_of(x, rows)); }};
}

Layer dropout(config::Reader& r, const nn::Scope&, const Shape&) {
  double rate = 0.5;
  r.field("p", rate, 0, 0.999);
  const nn::Dropout layer(rate);
  return {[layer](const Tensor& x, nn::Pass& pass) { return layer(x, pass.training); }};
}

Layer attention(config::Reader& r, const nn::Scope& s, const Shape& input) {
  need_axes(input, 3, "[batch, time, width]");
  const std::int64_t width = inferred(r, "embed_dim", input, 2), time = input.dim(1);
  std::int64_t heads = 1;
  r.need("num_heads", "an integer >= 1");
  r.field("num_heads", heads, 1, width);
  ops::Attend options;
  r.field("causal", options.causal);
  const nn::MultiheadAttention layer(s, width, heads, read_bias(r));
  return {[layer, options](const Tensor& x, nn::Pass&) { return layer(x, options); }, 0,
          4 * time * width * width + 2 * time * time * width};
}

}  // namespace

LayerEntries linear_layers() {
  return {
      {{"layers.linear", "nn.Linear", "layers.Linear", "linear"},
       "x times weight transposed, plus bias",
       LayerType{linear, R"({"out_features": 3})"}},
      {{"layers.embedding", "nn.Embedding", "layers.Embedding", "embedding"},
       "a row of a table for each whole number",
       LayerType{embedding, R"({"num_embeddings": 5, "embedding_dim": 3})"}},
      {{"layers.dropout", "nn.Dropout", "layers.Dropout", "dropout"},
       "zeros at random in training, the identity in evaluation",
       LayerType{dropout}},
      {{"layers.multihead_attention", "nn.MultiheadAttention", "layers.MultiheadAttention",
        "multihead_attention"},
       "attention of a sequence to itself, in several heads",
       LayerType{attention, R"({"num_heads": 2})"}},
  };
}

}  // namespace dlt::api
