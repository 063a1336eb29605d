#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nn/params.h"
#include "optim/ema.h"
#include "optim/optimizer.h"

namespace dlt::train {

// Where training stands after a step; all else follows from (config, step).
struct Place {
  std::int64_t step = 0;          // steps taken
  std::int64_t schedule_end = 0;  // see optim::ScheduleConfig::end
  double loss_sum = 0;            // of the steps since the last report
  std::int64_t loss_count = 0;    // how many those are
  std::optional<double> metric;   // what evaluation after this very step gave, if there was one
};

// A checkpoint is a folder of two files:
//   model.safetensors  the parameters under their names, or their moving averages where those are
//                      kept; metadata "format": "pt", "step"
//   state.safetensors  the optimizer's arrays; the parameters as "raw.<name>" where
//                      model.safetensors has averages; metadata: Place and the version of dlt
// The bytes depend on nothing else.
void save_checkpoint(const std::string& folder, const Place& place, const nn::Params& params,
                     const optim::Optimizer& optimizer, const optim::Ema* ema = nullptr);

// The checkpoint of step 0, of weights from elsewhere: an optimizer that has taken no step has
// nothing to store.
void save_start(const std::string& folder, const nn::StateDict& weights);

// Errors are Exit::damaged and name the file and the array, with both shapes.
Place load_checkpoint(const std::string& folder, nn::Params& params, optim::Optimizer& optimizer,
                      optim::Ema* ema = nullptr);
void load_weights(const std::string& folder, nn::Params& params);
Place read_place(const std::string& folder);

}  // namespace dlt::train
