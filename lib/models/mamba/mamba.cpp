#include "models/mamba/mamba.h"

#include "models/mamba/mamba_mixer.h"

namespace dlt::models {

Architecture read_mamba(config::Reader& model) {
  Architecture a;
  a.config.read(model);
  const auto c = MambaConfig::read(model, a.config.width, a.config.layers);
  a.sublayers = {
      {"norm", "mixer", [c](const nn::Scope& s) { return std::make_unique<MambaMixer>(s, c); }}};
  return a;
}

}  // namespace dlt::models
