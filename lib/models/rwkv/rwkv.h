#pragma once

#include "models/backbone/stack.h"

// RWKV-4 (Peng et al. 2023): time mixing, then channel mixing, each behind a LayerNorm. Its
// LayerNorm between the embedding and the first layer is left out, as that layer has its own.
namespace dlt::models {

Architecture read_rwkv(config::Reader& model);

}  // namespace dlt::models
