#include "models/s4/s4d_mixer.h"

#include <cmath>
#include <complex>
#include <numbers>

namespace dlt::models {
namespace {

using Complex = std::complex<double>;

Tensor swap_last(const Tensor& x) { return ops::permute(x, {0, 2, 1}); }

// Im A of each channel.
nn::Init frequencies(const S4dConfig& c) {
  return [c](Tensor& t, Rng& /*rng*/) {
    const auto states = static_cast<double>(c.states);
    for (std::int64_t i = 0; i < t.size(); ++i) {
      const auto n = static_cast<double>(i % c.pairs());
      t.mutable_data()[i] = static_cast<real>(c.init == "lin" ? std::numbers::pi * n
                                                              : states / std::numbers::pi *
                                                                    (states / (2 * n + 1) - 1));
    }
  };
}

// Of every state in turn, channel by channel: what a step multiplies it with, and what it gives of
// the input and hands out. In double, since small errors of a slow decay add up.
struct S4dState : MixerState {
  std::vector<Complex> decay, gain, x;
};

}  // namespace

S4dConfig S4dConfig::read(config::Reader& model, std::int64_t width, double dropout) {
  S4dConfig c;
  c.width = width;
  c.dropout = dropout;
  c.S4Config::read(model);
  model.field("init", c.init, {"lin", "inv"});
  return c;
}

S4dMixer::S4dMixer(const nn::Scope& s, const S4dConfig& c)
    : c_(c),
      log_dt_(s.param("log_dt", {c.width}, c.log_step(), c.tuning())),
      log_a_real_(s.param(
          "log_A_real", {c.width, c.pairs()},
          [](Tensor& t, Rng& /*rng*/) {
            std::fill_n(t.mutable_data(), t.size(), static_cast<real>(std::log(0.5)));
          },
          c.tuning())),
      a_imag_(s.param("A_imag", {c.width, c.pairs()}, frequencies(c), c.tuning())),
      c_real_(s.param("C_real", {c.width, c.pairs()}, complex_normal())),
      c_imag_(s.param("C_imag", {c.width, c.pairs()}, complex_normal())),
      d_(s.param("D", {c.width}, nn::normal(1))),
      out_(s / "out", c.width, c.dropout) {}

Tensor S4dMixer::operator()(const Tensor& x, nn::Training* training) const {
  const Tensor kernel = ops::s4d_kernel(
      {log_dt_, ops::neg(ops::exp(log_a_real_)), a_imag_, c_real_, c_imag_}, x.dim(1));
  return out_(swap_last(ops::long_convolution(swap_last(x), kernel, d_)), training);
}

std::unique_ptr<MixerState> S4dMixer::start() const {
  auto state = std::make_unique<S4dState>();
  state->x.resize(static_cast<std::size_t>(c_.width * c_.pairs()));
  for (std::int64_t i = 0; i < c_.width * c_.pairs(); ++i) {
    const double dt = std::exp(static_cast<double>(log_dt_.data()[i / c_.pairs()]));
    const Complex a(-std::exp(static_cast<double>(log_a_real_.data()[i])),
                    static_cast<double>(a_imag_.data()[i]));
    const Complex out(static_cast<double>(c_real_.data()[i]),
                      static_cast<double>(c_imag_.data()[i]));
    state->decay.push_back(std::exp(dt * a));
    state->gain.push_back(2.0 * out * (state->decay.back() - 1.0) / a);
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
    double sum = u * static_cast<double>(d_.data()[channel]);
    const std::size_t first = static_cast<std::size_t>(channel) * pairs;
    for (std::size_t n = first; n < first + pairs; ++n) {
      const Complex old = s.x[n], w = s.decay[n];
      s.x[n] = {old.real() * w.real() - old.imag() * w.imag() + u,
                old.real() * w.imag() + old.imag() * w.real()};
      sum += s.x[n].real() * s.gain[n].real() - s.x[n].imag() * s.gain[n].imag();
    }
    y.mutable_data()[i] = static_cast<real>(sum);
  }
  return out_(y, nullptr);
}

// As the recurrence counts; the convolution does less per step the shorter the sequence is.
MixerCost S4dMixer::cost() const {
  return {.macs = c_.width * (3 * c_.states + 1) + out_.macs(),
          .kept = 3 * c_.width + out_.kept(),
          .state = c_.width * c_.states};
}

}  // namespace dlt::models
