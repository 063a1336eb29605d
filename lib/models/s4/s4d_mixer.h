#pragma once

#include <string>

#include "models/backbone/gated_output.h"
#include "models/backbone/mixer.h"
#include "models/s4/s4_config.h"

namespace dlt::models {

struct S4dConfig : S4Config {
  std::string init = "lin";  // of A (Gu, Gupta, Goel and Re 2022, section 4.3)

  static S4dConfig read(config::Reader& model, std::int64_t width, double dropout);
};

// S4D (Gu, Gupta, Goel and Re 2022): each channel is x' = A x + u, y = 2 Re(C x) + D u with a
// diagonal complex A, held over steps of size dt, and all go into a gated output: log_dt [width],
// log_A_real, A_imag, C_real, C_imag [width, states / 2], D [width], out.weight, out.bias.
class S4dMixer : public Mixer {
 public:
  S4dMixer(const nn::Scope& s, const S4dConfig& c);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  S4dConfig c_;
  S4Parameters p_;
  GatedOutput out_;
};

}  // namespace dlt::models
