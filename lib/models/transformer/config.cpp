#include "models/transformer/config.h"

#include "base/error.h"

namespace dlt::models {
namespace {

constexpr std::int64_t most_layers = 1000, widest = 1 << 20, longest = 1 << 24;

void apply_flavour(TransformerConfig& c) {
  if (c.flavour != "llama") return;
  c.positions = "rope";
  c.norm = "rms";
  c.mlp = "swiglu";
  c.bias = false;
  c.tied = false;
  c.norm_epsilon = 1e-6;
}

// Llama's two thirds of 4 * width, rounded up to a multiple of 64: as many parameters as GELU's.
std::int64_t default_hidden(const TransformerConfig& c) {
  return c.swiglu() ? (8 * c.width / 3 + 63) / 64 * 64 : 4 * c.width;
}

// Parameters of the matrices of all blocks.
std::int64_t block_matrices(const TransformerConfig& c) {
  const std::int64_t attention =
      c.width * c.attention().packed() + c.heads * c.head_width * c.width;
  return c.layers * (attention + (c.swiglu() ? 3 : 2) * c.width * c.hidden);
}

}  // namespace

ops::Activation TransformerConfig::activation() const {
  return mlp == "gelu"   ? ops::Activation::gelu
         : mlp == "relu" ? ops::Activation::relu
         : mlp == "silu" ? ops::Activation::silu
                         : ops::Activation::none;
}

std::int64_t TransformerConfig::parameters() const {
  const std::int64_t norm_size = norm == "layer" && bias ? 2 * width : width;
  const std::int64_t biases =
      bias ? attention().packed() + 2 * width + hidden * (swiglu() ? 2 : 1) : 0;
  return vocab * width * (tied ? 1 : 2) + (rope() ? 0 : context * width) + block_matrices(*this) +
         layers * (2 * norm_size + biases) + norm_size;
}

double TransformerConfig::train_flops_per_token() const {
  const auto multiplied = static_cast<double>(block_matrices(*this) + vocab * width);
  return 6 * multiplied + 12.0 * static_cast<double>(layers * heads * head_width * context);
}

TransformerConfig TransformerConfig::read_blocks(config::Reader& r) {
  TransformerConfig c;
  r.field("flavour", c.flavour, {"gpt2", "llama"});
  apply_flavour(c);
  r.field("layers", c.layers, 1, most_layers);
  r.field("width", c.width, 1, widest);
  r.field("heads", c.heads, 1, widest);
  c.kv_heads = c.heads;
  r.field("kv_heads", c.kv_heads, 1, c.heads);
  if (c.heads % c.kv_heads != 0) {
    r.fail("kv_heads", fmt::format("{} does not divide heads = {}", c.kv_heads, c.heads));
  }
  c.head_width = c.width / c.heads;
  if (!r.has("head_width") && c.width % c.heads != 0) {
    r.fail("heads", fmt::format("{} does not divide width = {}; choose a divisor or give "
                                "head_width too",
                                c.heads, c.width));
  }
  r.field("head_width", c.head_width, 1, widest);
  if (c.heads * c.head_width > 8 * widest) {
    r.fail("head_width", fmt::format("{} heads of width {} are wider than dlt goes, {} in all",
                                     c.heads, c.head_width, 8 * widest));
  }
  r.field("mlp", c.mlp, {"gelu", "relu", "silu", "swiglu"});
  c.hidden = default_hidden(c);
  r.field("hidden", c.hidden, 1, 8 * widest);
  r.field("context", c.context, 1, longest);
  r.field("positions", c.positions, {"learned", "rope"});
  if (c.rope() && c.head_width % 2 != 0) {
    r.fail("head_width", fmt::format("rope rotates pairs, so {} must be even", c.head_width));
  }
  r.field("norm", c.norm, {"layer", "rms"});
  r.field("bias", c.bias);
  r.field("dropout", c.dropout, 0, 0.95);
  r.field("norm_epsilon", c.norm_epsilon, 0, 1);
  r.field("rope_theta", c.rope_theta, 1, 1e12);
  r.field("init_deviation", c.init_deviation, 0, 10);
  return c;
}

TransformerConfig TransformerConfig::read(config::Reader& r) {
  TransformerConfig c = read_blocks(r);
  r.field("tied", c.tied);
  return c;
}

}  // namespace dlt::models
