#pragma once

#include "config/reader.h"
#include "nn/params.h"

namespace dlt::models {

// What S4 and S4D have in common.
struct S4Config {
  std::int64_t width = 128;
  double dropout = 0;                       // before the last projection
  std::int64_t states = 64;                 // of each channel: half as many conjugate pairs
  double step_min = 0.001, step_max = 0.1;  // where step sizes begin
  double ssm_lr_scale = 0.1;                // of the rate of step sizes and matrices

  void read(config::Reader& model);
  std::int64_t pairs() const { return states / 2; }
  nn::Tuning tuning() const { return {.lr_scale = ssm_lr_scale, .decays = false}; }
  nn::Init log_step() const;  // even by the logarithm
};

// Complex numbers of variance 1, one part of each.
inline nn::Init complex_normal() { return nn::normal(0.70710678118654752); }

}  // namespace dlt::models
