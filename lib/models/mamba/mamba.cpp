#include "models/mamba/mamba.h"

namespace dlt::models {

Architecture mamba_architecture(const StackConfig& stack, const MambaConfig& mixer) {
  const auto make = [mixer](const nn::Scope& s) { return std::make_unique<MambaMixer>(s, mixer); };
  return {stack, {{"norm", "mixer", make}}};
}

Architecture read_mamba(config::Reader& model) {
  StackConfig stack;
  stack.read(model);
  return mamba_architecture(stack, MambaConfig::read(model, stack.width, stack.layers));
}

}  // namespace dlt::models
