#pragma once

#include <numbers>

#include "config/reader.h"
#include "models/backbone/gated_output.h"
#include "models/backbone/mixer.h"

namespace dlt::models {

struct LruConfig {
  std::int64_t width = 256;
  double dropout = 0;         // before the last projection
  std::int64_t states = 256;  // complex ones; as `width` unless given
  // Where lambda begins: evenly on a ring of the complex plane, up to an angle.
  double ring_min = 0.9, ring_max = 0.999;
  double phase_max = 2 * std::numbers::pi;
  double ssm_lr_scale = 0.5;  // of the rate of lambda, gamma and B

  static LruConfig read(config::Reader& model, std::int64_t width, double dropout);
};

// The linear recurrent unit (Orvieto et al. 2023): h_t = lambda h_{t-1} + gamma B x_t,
// y = Re(C h) + D x, with complex h, and a gated output. lambda = exp(-exp(nu_log) + i
// exp(theta_log)) stays within the unit circle, and gamma = exp(gamma_log) begins as
// sqrt(1 - |lambda|^2), which keeps h about as large as x: nu_log, theta_log, gamma_log [states],
// B_re, B_im [states, width], C_re, C_im [width, states], D [width], out.weight, out.bias.
class LruMixer : public Mixer {
 public:
  LruMixer(const nn::Scope& s, const LruConfig& c);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  Tensor states(const Tensor& x, const Tensor& start) const;  // [batch, time, 2 * states]
  Tensor read_out(const Tensor& h, const Tensor& x, nn::Training* training) const;

  LruConfig c_;
  Tensor nu_log_, theta_log_, gamma_log_, b_re_, b_im_, c_re_, c_im_, d_;
  GatedOutput out_;
};

}  // namespace dlt::models
