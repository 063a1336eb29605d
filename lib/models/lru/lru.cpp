#include "models/lru/lru.h"

#include "models/lru/lru_mixer.h"

namespace dlt::models {

Architecture read_lru(config::Reader& model) {
  Architecture a;
  a.config.read(model);
  const auto c = LruConfig::read(model, a.config.width, a.config.dropout);
  a.sublayers = {
      {"norm", "mixer", [c](const nn::Scope& s) { return std::make_unique<LruMixer>(s, c); }}};
  return a;
}

}  // namespace dlt::models
