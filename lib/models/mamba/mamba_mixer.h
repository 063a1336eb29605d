#pragma once

#include "config/reader.h"
#include "models/backbone/mixer.h"
#include "nn/linear.h"
#include "ops/recurrent.h"

namespace dlt::models {

struct MambaConfig {
  std::int64_t width = 256;
  std::int64_t inner = 512;     // channels of the scan
  std::int64_t states = 16;     // of each channel
  std::int64_t kernel = 4;      // steps that the convolution sees
  std::int64_t step_rank = 16;  // of what the step sizes are made from
  bool bias = false;            // of in_proj and out_proj
  bool kernel_bias = true;
  double step_min = 0.001, step_max = 0.1, step_floor = 1e-4;  // where step sizes begin
  std::int64_t layers = 4;  // out_proj begins smaller by the root of it

  static MambaConfig read(config::Reader& model, std::int64_t width, std::int64_t layers);
};

// Mamba's selective state space layer (Gu and Dao 2023, section 3) with the published parameters:
// in_proj, conv1d, x_proj, dt_proj, A_log, D, out_proj.
class MambaMixer : public Mixer {
 public:
  MambaMixer(const nn::Scope& s, const MambaConfig& c);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  // What selects B, C and the step sizes by u [batch, time, inner], and the scan with them.
  ops::Scan scan(const Tensor& u, const Tensor& both, const Tensor& start) const;

  MambaConfig c_;
  nn::Linear in_;
  Tensor kernel_, kernel_bias_;  // [inner, 1, kernel], [inner]
  nn::Linear x_;
  Tensor step_, step_bias_;  // dt_proj: [inner, step_rank], [inner]
  Tensor a_log_, d_;         // [inner, states], [inner]
  nn::Linear out_;
};

}  // namespace dlt::models
