#pragma once

#include "models/backbone/stack.h"

// Mamba (Gu and Dao 2023): x + mixer(norm(x)), nothing between the mixers.
namespace dlt::models {

Architecture read_mamba(config::Reader& model);

}  // namespace dlt::models
