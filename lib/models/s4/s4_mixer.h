#pragma once

#include "models/backbone/gated_output.h"
#include "models/backbone/mixer.h"
#include "models/s4/s4_config.h"

namespace dlt::models {

// S4 (Gu, Goel and Re 2022): each channel is x' = A x + B u, y = C x + D u by the bilinear rule
// with steps dt, where A = diag(a) - p p^* begins as HiPPO's matrix LegS in the basis that makes
// its normal part diagonal, and all go into a gated output. Of conjugate states one is kept:
// log_dt [width], log_A_real, A_imag, P_real, P_imag, B_real, B_imag, C_real, C_imag
// [width, states / 2], D [width], out.weight, out.bias. C is that of the system, and not tied to
// one length (kernels/s4.h).
class S4Mixer : public Mixer {
 public:
  S4Mixer(const nn::Scope& s, const S4Config& c);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  struct Start;  // of A, P and B
  S4Mixer(const nn::Scope& s, const S4Config& c, const Start& start);

  S4Config c_;
  S4Parameters p_;
  Tensor p_real_, p_imag_, b_real_, b_imag_;
  GatedOutput out_;
};

}  // namespace dlt::models
