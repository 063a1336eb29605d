#include "models/s4/s4.h"

#include "models/s4/s4_mixer.h"
#include "models/s4/s4d_mixer.h"

namespace dlt::models {

Architecture read_s4(config::Reader& model) {
  Architecture a;
  a.config.read(model);
  const auto c = S4Config::read(model, a.config.width, a.config.dropout);
  a.sublayers = {
      {"norm", "mixer", [c](const nn::Scope& s) { return std::make_unique<S4Mixer>(s, c); }}};
  return a;
}

Architecture read_s4d(config::Reader& model) {
  Architecture a;
  a.config.read(model);
  const auto c = S4dConfig::read(model, a.config.width, a.config.dropout);
  a.sublayers = {
      {"norm", "mixer", [c](const nn::Scope& s) { return std::make_unique<S4dMixer>(s, c); }}};
  return a;
}

}  // namespace dlt::models
