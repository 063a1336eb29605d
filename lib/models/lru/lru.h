#pragma once

#include "models/backbone/stack.h"

namespace dlt::models {

Architecture read_lru(config::Reader& model);

}  // namespace dlt::models
