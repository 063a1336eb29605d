#include "models/retnet/retnet.h"

#include "models/retnet/feed_forward_mixer.h"
#include "models/retnet/retention_mixer.h"

namespace dlt::models {

Architecture read_retnet(config::Reader& model) {
  Architecture a;
  a.config.norm = "layer";
  a.config.read(model);
  const std::int64_t width = a.config.width;
  const RetentionConfig c = RetentionConfig::read(model, width);
  std::int64_t hidden = 2 * width;
  model.field("hidden", hidden, 1, 1 << 23);
  a.sublayers = {{"retention_layer_norm", "retention",
                  [c](const nn::Scope& s) { return std::make_unique<RetentionMixer>(s, c); }},
                 {"final_layer_norm", "ffn", [width, hidden](const nn::Scope& s) {
                    return std::make_unique<FeedForwardMixer>(s, width, hidden);
                  }}};
  return a;
}

}  // namespace dlt::models
