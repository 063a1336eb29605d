#pragma once

#include <cstdint>

#include "data/text_source.h"
#include "models/model.h"
#include "models/transformer/config.h"
#include "train/fit.h"

namespace dlt::models {

// The whole config of a Transformer language model.
struct LmSettings {
  std::uint64_t seed = 1;
  TransformerConfig model;
  data::TextConfig data;
  train::FitConfig fit;
  std::int64_t batch = 32;         // windows of `context` tokens in one part of a step
  std::int64_t eval_batches = 20;  // of an evaluation during training; 0: all there is

  static LmSettings read(config::Reader& root);
  double training_bytes() const;  // estimated peak; of large models no integer could hold it
  // A model too large for the machine is refused by name (Exit::usage), not by the system's killer.
  void check_size(Purpose purpose, config::Reader& root) const;
};

}  // namespace dlt::models
