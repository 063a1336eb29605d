#include "models/rwkv/channel_mixing.h"

#include <cmath>

#include "ops/elementwise.h"

namespace dlt::models {
namespace {

struct ChannelMixingState : MixerState {
  Tensor last;  // [1, 1, width]
};

}  // namespace

// The published program draws `key` orthogonal; this has the same deviation.
ChannelMixing::ChannelMixing(const nn::Scope& s, std::int64_t width, std::int64_t hidden,
                             const Depth& depth)
    : mix_k_(time_mix(s, "time_mix_k", width, depth.to_end())),
      mix_r_(time_mix(s, "time_mix_r", width, depth.to_end())),
      key_(s / "key", width, hidden, nn::Bias::no,
           nn::normal(1 / std::sqrt(static_cast<double>(width)))),
      receptance_(s / "receptance", width, width, nn::Bias::no, nn::zeros()),
      value_(s / "value", hidden, width, nn::Bias::no, nn::zeros()) {}

Tensor ChannelMixing::mix(const Tensor& x, const Tensor& before) const {
  const Mixture mixture(x, before);
  const Tensor k = ops::square(key_(mixture(mix_k_), ops::Activation::relu));
  return ops::mul(ops::sigmoid(receptance_(mixture(mix_r_))), value_(k));
}

Tensor ChannelMixing::operator()(const Tensor& x, nn::Training* /*training*/) const {
  return mix(x, shifted(x));
}

std::unique_ptr<MixerState> ChannelMixing::start() const {
  auto state = std::make_unique<ChannelMixingState>();
  state->last = Tensor::zeros({1, 1, mix_k_.dim(2)});
  return state;
}

Tensor ChannelMixing::step(const Tensor& x, MixerState& state) const {
  return mix(x, shifted(x, static_cast<ChannelMixingState&>(state).last));
}

MixerCost ChannelMixing::cost() const {
  const std::int64_t hidden = key_.weight().dim(0), width = key_.weight().dim(1);
  return {.macs = 2 * width * hidden + width * width + 2 * width,
          .kept = 5 * width + 3 * hidden,
          .state = width};
}

}  // namespace dlt::models
