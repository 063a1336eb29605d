#pragma once

#include <memory>
#include <optional>

#include "data/example_set.h"
#include "models/model.h"
#include "models/sequential/objective.h"
#include "train/fit.h"

namespace dlt::models {

// What a network is for where there are no data to see it. One of layers that are listed says its
// outputs itself: classes 0.
struct Unseen {
  Shape input;
  std::int64_t classes = 0;
};

// The whole config of a sequential model but for its layers.
struct SequentialSettings {
  // Reads it; opens the data where they are needed to know the shape of an input or the length of
  // an epoch, or will be trained on.
  SequentialSettings(config::Reader& root, const Origin& origin, const Unseen& unseen = {});

  std::uint64_t seed = 1;
  Objective objective;
  std::unique_ptr<data::ExampleSet> set;  // null: the config has no data
  std::optional<data::ExampleSplit> opened;
  Shape input;                    // of one example
  std::int64_t classes = 0;       // or numbers to predict; 0: see Unseen
  std::int64_t batch = 32;        // examples in one part of a step
  std::int64_t eval_batches = 0;  // of an evaluation during training; 0: all
  train::FitConfig fit;

 private:
  void open(const Origin& origin, bool look_is_enough);
  void read_input(config::Reader& model, const Unseen& unseen);
};

}  // namespace dlt::models
