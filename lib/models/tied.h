#pragma once

#include <cstdint>

#include "config/reader.h"

namespace dlt::models {

// The key "tied": whether the head is the embedding table, which needs vectors as wide as what the
// head is given. By default it is where it can be.
bool read_tied(config::Reader& r, std::int64_t embedding, std::int64_t width);

}  // namespace dlt::models
