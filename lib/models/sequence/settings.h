#pragma once

#include <memory>
#include <optional>

#include "data/sequence_set.h"
#include "models/model.h"
#include "models/sequence/backbone.h"
#include "models/sequence/sequence_net.h"
#include "models/sequential/objective.h"
#include "train/fit.h"

namespace dlt::models {

// The whole config of a sequence model.
struct SequenceSettings {
  // Reads it; opens the data where they are needed to know the size of the network, or will be
  // trained on. Without data it is made for made-up bytes, to be looked at or timed.
  SequenceSettings(config::Reader& root, const Origin& origin, ReadBackbone read);

  // An Error (Exit::usage) if a sequence of `what` is longer than the backbone can see.
  void check_length(const data::Sequences& all, const std::string& what) const;

  std::uint64_t seed = 1;
  std::unique_ptr<data::SequenceSet> set;  // null: the config has no data
  std::optional<data::SequenceSplit> opened;
  data::SequenceShape shape;
  BackbonePlan backbone;
  Pooling pooling = Pooling::mean;
  std::optional<Objective> objective;
  std::int64_t batch = 32;        // sequences in one part of a step
  std::int64_t eval_batches = 0;  // of an evaluation during training; 0: all
  train::FitConfig fit;

 private:
  void read_model(config::Reader& model, ReadBackbone read);
};

}  // namespace dlt::models
