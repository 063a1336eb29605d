#pragma once

#include "models/backbone/stack.h"
#include "models/mamba/mamba_mixer.h"

// Mamba (Gu and Dao 2023): x + mixer(norm(x)), nothing between the mixers.
namespace dlt::models {

Architecture mamba_architecture(const StackConfig& stack, const MambaConfig& mixer);
Architecture read_mamba(config::Reader& model);

}  // namespace dlt::models
