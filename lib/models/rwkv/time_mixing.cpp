#include "models/rwkv/time_mixing.h"

#include <algorithm>
#include <cmath>

#include "ops/elementwise.h"
#include "ops/linear_attention.h"

namespace dlt::models {
namespace {

// Speeds from slow to fast, -5 to 3 by a power that later layers have larger.
nn::Init decay_speeds(const Depth& depth) {
  return [power = 0.7 + 1.3 * depth.from_start()](Tensor& t, Rng&) {
    const auto last = static_cast<double>(std::max<std::int64_t>(t.size() - 1, 1));
    for (std::int64_t i = 0; i < t.size(); ++i) {
      t.mutable_data()[i] =
          static_cast<real>(-5 + 8 * std::pow(static_cast<double>(i) / last, power));
    }
  };
}

// log 0.3, and 0, 0.5 or -0.5 more in turn, so that neighbours differ.
void fill_first(Tensor& t, Rng&) {
  for (std::int64_t i = 0; i < t.size(); ++i) {
    const auto turn = static_cast<double>((i + 1) % 3 - 1);
    t.mutable_data()[i] = static_cast<real>(std::log(0.3) + 0.5 * turn);
  }
}

nn::Linear square(const nn::Scope& s, std::int64_t width, const nn::Init& init) {
  return {s, width, width, nn::Bias::no, init};
}

struct TimeMixingState : MixerState {
  Tensor last;     // [1, 1, width]
  Tensor average;  // of ops::wkv; undefined before the first step
};

}  // namespace

// The published program draws `value` orthogonal; this has the same deviation.
TimeMixing::TimeMixing(const nn::Scope& s, std::int64_t width, const Depth& depth)
    : width_(width),
      decay_(s.param("time_decay", {width}, decay_speeds(depth))),
      first_(s.param("time_first", {width}, fill_first)),
      mix_k_(time_mix(s, "time_mix_k", width, depth.to_end())),
      mix_v_(time_mix(s, "time_mix_v", width, depth.to_end(), 0.3 * depth.from_start())),
      mix_r_(time_mix(s, "time_mix_r", width, 0.5 * depth.to_end())),
      key_(square(s / "key", width, nn::zeros())),
      value_(square(s / "value", width, nn::normal(1 / std::sqrt(static_cast<double>(width))))),
      receptance_(square(s / "receptance", width, nn::zeros())),
      output_(square(s / "output", width, nn::zeros())) {}

Tensor TimeMixing::go_on(const Tensor& x, const Tensor& before, Tensor& state) const {
  const Mixture mixture(x, before);
  const Tensor k = key_(mixture(mix_k_)), v = value_(mixture(mix_v_));
  const Tensor r = ops::sigmoid(receptance_(mixture(mix_r_)));
  const ops::Wkv average = ops::wkv(k, v, ops::neg(ops::exp(decay_)), first_, state);
  state = average.last_state;
  return output_(ops::mul(r, average.y));
}

Tensor TimeMixing::operator()(const Tensor& x, nn::Training* /*training*/) const {
  Tensor state;
  return go_on(x, shifted(x), state);
}

std::unique_ptr<MixerState> TimeMixing::start() const {
  auto state = std::make_unique<TimeMixingState>();
  state->last = Tensor::zeros({1, 1, width_});
  return state;
}

Tensor TimeMixing::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<TimeMixingState&>(state);
  const Tensor before = shifted(x, s.last);
  return go_on(x, before, s.average);
}

MixerCost TimeMixing::cost() const {
  return {.macs = 4 * width_ * width_ + 9 * width_, .kept = 9 * width_, .state = 4 * width_};
}

}  // namespace dlt::models
