#pragma once

#include "models/backbone/mixer.h"
#include "models/rwkv/token_shift.h"
#include "nn/linear.h"

namespace dlt::models {

// RWKV-4's channel mixing (Peng et al. 2023, section 3.1): sigmoid(r) * value(relu(key)^2), where r
// and key are made from mixtures of each step and the one before. Parameters as published:
// time_mix_k, time_mix_r, key, receptance, value.
class ChannelMixing : public Mixer {
 public:
  ChannelMixing(const nn::Scope& s, std::int64_t width, std::int64_t hidden, const Depth& depth);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  Tensor mix(const Tensor& x, const Tensor& before) const;

  Tensor mix_k_, mix_r_;  // [1, 1, width]
  nn::Linear key_, receptance_, value_;
};

}  // namespace dlt::models
