#include "models/rwkv/rwkv.h"

#include "models/rwkv/channel_mixing.h"
#include "models/rwkv/time_mixing.h"

namespace dlt::models {

Architecture read_rwkv(config::Reader& model) {
  Architecture a;
  a.config.norm = "layer";
  a.config.read(model);
  const std::int64_t width = a.config.width, layers = a.config.layers;
  std::int64_t hidden = 4 * width;
  model.field("hidden", hidden, 1, 1 << 23);
  a.sublayers = {
      {"ln1", "att",
       [=](const MixerPlace& p) {
         return std::make_unique<TimeMixing>(p, width, Depth{p.layer, layers});
       }},
      {"ln2", "ffn", [=](const MixerPlace& p) {
         return std::make_unique<ChannelMixing>(p, width, hidden, Depth{p.layer, layers});
       }}};
  return a;
}

}  // namespace dlt::models
