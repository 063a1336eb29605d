#pragma once

#include "models/backbone/mixer.h"
#include "nn/linear.h"

namespace dlt::models {

// fc2(gelu(fc1(x))), each step on its own.
class FeedForwardMixer : public Mixer {
 public:
  FeedForwardMixer(const nn::Scope& s, std::int64_t width, std::int64_t hidden);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  nn::Linear up_, down_;
};

}  // namespace dlt::models
