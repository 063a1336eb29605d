#pragma once

#include "models/backbone/stack.h"

// RetNet (Sun et al. 2023): retention, then a feed-forward network, each behind a LayerNorm.
namespace dlt::models {

Architecture read_retnet(config::Reader& model);

}  // namespace dlt::models
