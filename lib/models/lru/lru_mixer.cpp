#include "models/lru/lru_mixer.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "ops/recurrent.h"

namespace dlt::models {
namespace {

// |lambda| such that lambda is even over the area of the ring: its square is even.
nn::Init radius(const LruConfig& c) {
  return [low = c.ring_min * c.ring_min, high = c.ring_max * c.ring_max](Tensor& t, Rng& rng) {
    std::generate_n(t.mutable_data(), t.size(), [&] {
      const double square = std::max(rng.uniform(low, high), 1e-12);
      return static_cast<real>(std::log(-0.5 * std::log(square)));
    });
  };
}

nn::Init angle(const LruConfig& c) {
  return [most = c.phase_max](Tensor& t, Rng& rng) {
    std::generate_n(t.mutable_data(), t.size(),
                    [&] { return static_cast<real>(std::log(rng.uniform(1e-6, most))); });
  };
}

// log sqrt(1 - |lambda|^2)
nn::Init normalizer(const Tensor& nu_log) {
  return [nu_log](Tensor& t, Rng& /*rng*/) {
    std::transform(nu_log.data(), nu_log.data() + t.size(), t.mutable_data(), [](real nu) {
      const double log_square = -2 * std::exp(static_cast<double>(nu));
      return static_cast<real>(0.5 * std::log(-std::expm1(log_square)));
    });
  };
}

struct LruState : MixerState {
  Tensor h;  // [1, 2 * states]
};

}  // namespace

LruConfig LruConfig::read(config::Reader& model, std::int64_t width, double dropout) {
  constexpr std::int64_t widest = 1 << 20;
  LruConfig c;
  c.width = c.states = width;
  c.dropout = dropout;
  model.field("states", c.states, 1, widest);
  model.field("ring_min", c.ring_min, 0, 0.999999);
  model.field("ring_max", c.ring_max, 0, 0.999999);
  if (c.ring_max < c.ring_min) {
    model.fail("ring_max", fmt::format("must be at least ring_min = {}", c.ring_min));
  }
  model.field("phase_max", c.phase_max, 1e-3, 2 * std::numbers::pi);
  model.field("ssm_lr_scale", c.ssm_lr_scale, 0, 1e3);
  return c;
}

LruMixer::LruMixer(const nn::Scope& s, const LruConfig& c)
    : c_(c), d_(s.param("D", {c.width}, nn::normal(1))), out_(s / "out", c.width, c.dropout) {
  const nn::Tuning own{.lr_scale = c.ssm_lr_scale, .decays = false};
  const nn::Init of_b = nn::normal(1 / std::sqrt(2 * static_cast<double>(c.width)));
  const nn::Init of_c = nn::normal(1 / std::sqrt(static_cast<double>(c.states)));
  nu_log_ = s.param("nu_log", {c.states}, radius(c), own);
  theta_log_ = s.param("theta_log", {c.states}, angle(c), own);
  gamma_log_ = s.param("gamma_log", {c.states}, normalizer(nu_log_), own);
  b_re_ = s.param("B_re", {c.states, c.width}, of_b, own);
  b_im_ = s.param("B_im", {c.states, c.width}, of_b, own);
  c_re_ = s.param("C_re", {c.width, c.states}, of_c);
  c_im_ = s.param("C_im", {c.width, c.states}, of_c);
}

Tensor LruMixer::states(const Tensor& x, const Tensor& start) const {
  const Tensor radius = ops::exp(ops::neg(ops::exp(nu_log_))), angle = ops::exp(theta_log_);
  const Tensor gamma = ops::reshape(ops::exp(gamma_log_), {c_.states, 1});
  const Tensor b = ops::cat({ops::mul(gamma, b_re_), ops::mul(gamma, b_im_)}, 0);
  return ops::complex_scan(ops::linear(x, b), ops::mul(radius, ops::cos(angle)),
                           ops::mul(radius, ops::sin(angle)), start);
}

Tensor LruMixer::read_out(const Tensor& h, const Tensor& x, nn::Training* training) const {
  const Tensor y = ops::linear(h, ops::cat({c_re_, ops::neg(c_im_)}, 1));  // Re(C h)
  return out_(ops::add(y, ops::mul(x, d_)), training);
}

Tensor LruMixer::operator()(const Tensor& x, nn::Training* training) const {
  return read_out(states(x, {}), x, training);
}

std::unique_ptr<MixerState> LruMixer::start() const {
  auto state = std::make_unique<LruState>();
  state->h = Tensor::zeros({1, 2 * c_.states});
  return state;
}

Tensor LruMixer::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<LruState&>(state);
  const Tensor h = states(x, s.h);
  const std::int64_t time = x.dim(1);
  s.h = ops::slice(h, 1, time - 1, time).reshape({1, 2 * c_.states});
  return read_out(h, x, nullptr);
}

MixerCost LruMixer::cost() const {
  return {.macs = 4 * c_.states * (c_.width + 1) + c_.width + out_.macs(),
          .kept = 4 * c_.states + 3 * c_.width + out_.kept(),
          .state = 2 * c_.states};
}

}  // namespace dlt::models
