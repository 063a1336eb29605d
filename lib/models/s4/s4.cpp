#include "models/s4/s4.h"

#include "models/s4/s4d_mixer.h"

namespace dlt::models {

Architecture read_s4d(config::Reader& model) {
  Architecture a;
  a.config.read(model);
  const auto c = S4dConfig::read(model, a.config.width, a.config.dropout);
  a.sublayers = {
      {"norm", "mixer", [c](const nn::Scope& s) { return std::make_unique<S4dMixer>(s, c); }}};
  return a;
}

}  // namespace dlt::models
