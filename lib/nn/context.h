#pragma once

#include <cstdint>

#include "base/rng.h"

namespace dlt::nn {

// What training does differently, passed along by the model; evaluation passes none. Every dropout
// takes the next key: the n-th one of a step is the same whenever that step is computed.
class Training {
 public:
  explicit Training(std::uint64_t seed) : rng_(seed) {}
  std::uint64_t next_key() { return rng_.next(); }

 private:
  Rng rng_;
};

}  // namespace dlt::nn
