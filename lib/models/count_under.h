#pragma once

#include <cstdint>
#include <string>

#include "nn/params.h"

namespace dlt::models {

// Numbers in the arrays below a place in a model: of "head" those of "head.weight", "head.bias".
inline std::int64_t count_under(const nn::StateDict& weights, const std::string& place) {
  std::int64_t count = 0;
  for (const auto& [name, t] : weights) count += name.starts_with(place + ".") ? t.size() : 0;
  return count;
}

}  // namespace dlt::models
