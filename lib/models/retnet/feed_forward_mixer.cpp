#include "models/retnet/feed_forward_mixer.h"

namespace dlt::models {

FeedForwardMixer::FeedForwardMixer(const nn::Scope& s, std::int64_t width, std::int64_t hidden)
    : up_(s / "fc1", width, hidden, nn::Bias::no), down_(s / "fc2", hidden, width, nn::Bias::no) {}

Tensor FeedForwardMixer::operator()(const Tensor& x, nn::Training* /*training*/) const {
  return down_(up_(x, ops::Activation::gelu));
}

std::unique_ptr<MixerState> FeedForwardMixer::start() const {
  return std::make_unique<MixerState>();
}

Tensor FeedForwardMixer::step(const Tensor& x, MixerState& /*state*/) const {
  return (*this)(x, nullptr);
}

MixerCost FeedForwardMixer::cost() const {
  const std::int64_t hidden = up_.weight().dim(0), width = up_.weight().dim(1);
  return {.macs = 2 * width * hidden, .kept = width + 2 * hidden};
}

}  // namespace dlt::models
