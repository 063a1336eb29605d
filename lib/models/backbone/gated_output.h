#pragma once

#include "nn/dropout.h"
#include "nn/linear.h"
#include "ops/shape.h"

namespace dlt::models {

// What follows the states in S4D, S4 and LRU: GELU, dropout, and a gated linear unit,
// a sigmoid(b) with [a, b] = W x + c (Dauphin et al. 2017).
class GatedOutput {
 public:
  GatedOutput(const nn::Scope& s, std::int64_t width, double dropout)
      : width_(width), dropout_(dropout), linear_(s, width, 2 * width) {}

  Tensor operator()(const Tensor& x, nn::Training* training) const {
    const Tensor both = linear_(dropout_(ops::gelu(x), training));
    return ops::mul(ops::slice(both, -1, 0, width_),
                    ops::sigmoid(ops::slice(both, -1, width_, 2 * width_)));
  }
  std::int64_t macs() const { return 2 * width_ * width_; }  // of a step
  std::int64_t kept() const { return 7 * width_; }

 private:
  std::int64_t width_;
  nn::Dropout dropout_;
  nn::Linear linear_;
};

}  // namespace dlt::models
