#pragma once

#include "config/reader.h"
#include "models/backbone/mixer.h"
#include "nn/linear.h"
#include "ops/attention.h"

namespace dlt::models {

struct RetentionConfig {
  std::int64_t width = 256;
  std::int64_t heads = 4;
  std::int64_t value_width = 512;  // of all heads together; twice `width` unless given
  double rope_theta = 10000;
  double head_norm_epsilon = 1e-5;

  ops::Heads queries() const { return {heads, 0, width / heads}; }

  static RetentionConfig read(config::Reader& model, std::int64_t width);
};

// Multi-scale retention (Sun et al. 2023, section 2.2): q and k turned by their positions, which is
// xPos without its own decay, heads that forget by gamma = 1 - 2^(-5 - head), each head's result
// normalized without weights, and a SiLU gate. Linear in the length; a head's state is a matrix.
// Parameters q_proj, k_proj, v_proj, g_proj, out_proj.
class RetentionMixer : public Mixer {
 public:
  RetentionMixer(const nn::Scope& s, const RetentionConfig& c);

  Tensor operator()(const Tensor& x, nn::Training* training) const override;
  std::unique_ptr<MixerState> start() const override;
  Tensor step(const Tensor& x, MixerState& state) const override;
  MixerCost cost() const override;

 private:
  // From `position` steps on, after which the heads are in `state`, which becomes that after x.
  Tensor go_on(const Tensor& x, std::int64_t position, Tensor& state) const;

  RetentionConfig c_;
  nn::Linear q_, k_, v_, gate_, out_;
  Tensor gamma_;  // [heads]
};

}  // namespace dlt::models
