#pragma once

#include "models/backbone/mixer.h"
#include "models/rwkv/token_shift.h"
#include "nn/linear.h"

namespace dlt::models {

// RWKV-4's time mixing (Peng et al. 2023, section 3.1): output(sigmoid(r) * wkv(k, v)), where r, k
// and v are made from mixtures of each step and the one before, and wkv is an average whose weights
// decay by exp(-exp(time_decay)) a step, time_first being the weight of the step itself. Parameters
// as published: time_decay, time_first, time_mix_k, _v and _r, key, value, receptance, output.
class TimeMixing : public Mixer {
 public:
  TimeMixing(const nn::Scope& s, std::int64_t width, const Depth& depth);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  // From the average `state` on, which becomes that after x.
  Tensor go_on(const Tensor& x, const Tensor& before, Tensor& state) const;

  std::int64_t width_;
  Tensor decay_, first_;          // [width]
  Tensor mix_k_, mix_v_, mix_r_;  // [1, 1, width]
  nn::Linear key_, value_, receptance_, output_;
};

}  // namespace dlt::models
