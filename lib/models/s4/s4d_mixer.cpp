#include "models/s4/s4d_mixer.h"

#include <cmath>

#include "ssm/nplr.h"

namespace dlt::models {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> start_of(const S4dConfig& c) {
  const auto pairs = static_cast<int>(c.pairs());
  if (c.init == "lin") return ssm::s4d_lin(pairs);
  return c.init == "inv" ? ssm::s4d_inv(pairs) : ssm::s4d_legs(pairs);
}

// Of every state in turn, channel by channel. In double: errors of a slow decay add up.
struct S4dState : MixerState {
  std::vector<Complex> decay, gain, x;  // x_t = decay x_{t-1} + u_t; y_t = Re(gain x_t) + D u_t
};

}  // namespace

S4dConfig S4dConfig::read(config::Reader& model, std::int64_t width, double dropout) {
  S4dConfig c{S4Config::read(model, width, dropout)};
  model.field("init", c.init, {"lin", "inv", "legs"});
  return c;
}

S4dMixer::S4dMixer(const nn::Scope& s, const S4dConfig& c)
    : c_(c), p_(s, c, start_of(c)), out_(s / "out", c.width, c.dropout) {}

Tensor S4dMixer::operator()(const Tensor& x, nn::Training* training) const {
  const Tensor kernel =
      ops::s4d_kernel({p_.log_dt, p_.a_real(), p_.a_imag, p_.c_real, p_.c_imag}, x.dim(1));
  return out_(p_.convolve(x, kernel), training);
}

std::unique_ptr<MixerState> S4dMixer::start() const {
  auto state = std::make_unique<S4dState>();
  state->x.resize(static_cast<std::size_t>(c_.width * c_.pairs()));
  const Tensor a_real = p_.a_real();
  for (std::int64_t i = 0; i < c_.width * c_.pairs(); ++i) {
    const double dt = std::exp(static_cast<double>(p_.log_dt.data()[i / c_.pairs()]));
    const Complex a = complex_at(a_real, p_.a_imag, i), decay = std::exp(dt * a);
    state->decay.push_back(decay);
    state->gain.push_back(2.0 * complex_at(p_.c_real, p_.c_imag, i) * (decay - 1.0) / a);
  }
  return state;
}

Tensor S4dMixer::step(const Tensor& x, MixerState& state) const {
  auto& s = static_cast<S4dState&>(state);
  Tensor y = Tensor::uninitialized(x.shape());
  const auto pairs = static_cast<std::size_t>(c_.pairs());
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t channel = i % c_.width;
    const auto u = static_cast<double>(x.data()[i]);
    double sum = u * static_cast<double>(p_.d.data()[channel]);
    const std::size_t first = static_cast<std::size_t>(channel) * pairs;
    for (std::size_t n = first; n < first + pairs; ++n) {
      s.x[n] = times(s.decay[n], s.x[n]) + u;
      sum += times(s.gain[n], s.x[n]).real();
    }
    y.mutable_data()[i] = static_cast<real>(sum);
  }
  return out_(y, nullptr);
}

// As the recurrence counts; the convolution does less for each step of a short sequence.
MixerCost S4dMixer::cost() const {
  return {.macs = c_.width * (3 * c_.states + 1) + out_.macs(),
          .kept = 5 * c_.width + out_.kept(),
          .state = c_.width * c_.states};
}

}  // namespace dlt::models
