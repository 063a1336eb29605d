#include "models/seq2seq/config.h"

namespace dlt::models {
namespace {

constexpr std::int64_t most_layers = 1000, widest = 1 << 20, longest = 1 << 24;

}  // namespace

std::int64_t Seq2SeqConfig::source_macs() const {
  return encoder_layers * (4 * width * width + 2 * width * hidden) +
         decoder_layers * 2 * width * width;
}

std::int64_t Seq2SeqConfig::target_macs() const {
  return decoder_layers * (6 * width * width + 2 * width * hidden) + vocab * width;
}

std::int64_t Seq2SeqConfig::parameters() const {
  const std::int64_t norm = 2 * width, attention = 4 * (width * width + width);
  const std::int64_t feed = 2 * width * hidden + hidden + width;
  return vocab * width + encoder_layers * (attention + feed + 2 * norm) +
         decoder_layers * (2 * attention + feed + 3 * norm) + (final_norms ? 2 * norm : 0) +
         (positions == "learned" ? 2 * context * width : 0);
}

Seq2SeqConfig Seq2SeqConfig::read(config::Reader& r) {
  Seq2SeqConfig c;
  std::int64_t layers = 6;
  r.field("layers", layers, 1, most_layers);
  c.encoder_layers = c.decoder_layers = layers;
  r.field("encoder_layers", c.encoder_layers, 1, most_layers);
  r.field("decoder_layers", c.decoder_layers, 1, most_layers);
  r.field("width", c.width, 1, widest);
  r.field("heads", c.heads, 1, widest);
  if (c.width % c.heads != 0) {
    r.fail("heads", fmt::format("{} does not divide width = {}", c.heads, c.width));
  }
  c.hidden = 4 * c.width;
  r.field("hidden", c.hidden, 1, 8 * widest);
  r.field("context", c.context, 1, longest);
  r.field("positions", c.positions, {"sinusoidal", "interleaved", "learned"});
  r.field("norm_place", c.norm_place, {"post", "pre"});
  c.final_norms = c.pre();
  r.field("final_norms", c.final_norms);
  r.field("scale_embedding", c.scale_embedding);
  r.field("padding", c.padding, ops::no_padding, INT32_MAX);
  r.field("activation", c.activation, {"relu", "silu", "gelu", "gelu_erf"});
  r.field("dropout", c.dropout, 0, 0.95);
  r.field("attention_dropout", c.attention_dropout, 0, 0.95);
  r.field("activation_dropout", c.activation_dropout, 0, 0.95);
  r.field("norm_epsilon", c.norm_epsilon, 0, 1);
  return c;
}

}  // namespace dlt::models
