#pragma once

#include <array>
#include <cstdint>

namespace dlt::ops {

using Pair = std::array<std::int64_t, 2>;  // (height, width)

}  // namespace dlt::ops
