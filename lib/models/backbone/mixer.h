#pragma once

#include <cstdint>
#include <memory>

#include "nn/context.h"
#include "tensor/tensor.h"

namespace dlt::models {

// What a mixer remembers of the steps of one sequence that it has read.
class MixerState {
 public:
  virtual ~MixerState() = default;
};

// Of one step of one sequence.
struct MixerCost {
  std::int64_t macs = 0;   // multiply-adds of the forward pass
  std::int64_t kept = 0;   // numbers kept for the backward pass
  std::int64_t state = 0;  // numbers in a MixerState, which do not depend on the steps read
};

// A layer that lets each step of a sequence see those before it, in two forms that compute the
// same: over whole sequences, to learn, and from step to step with a state, to go on.
class Mixer {
 public:
  virtual ~Mixer() = default;
  // x [batch, time, width] to the same shape; every sequence begins with nothing read.
  virtual Tensor operator()(const Tensor& x, nn::Training* training) const = 0;

  virtual std::unique_ptr<MixerState> start() const = 0;  // nothing read
  // x [1, time, width], one step or several, goes on from `state`, which becomes that after them.
  // No gradients, no dropout.
  virtual Tensor step(const Tensor& x, MixerState& state) const = 0;

  virtual MixerCost cost() const = 0;
};

}  // namespace dlt::models
