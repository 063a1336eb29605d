#pragma once

#include <cstdint>

#include "config/reader.h"

// "epochs" of the object "train" of a config: what "steps" says, in other words.
namespace dlt::models {

double read_epochs(config::Reader& train);  // 0: not given

// Steps are what a run is counted in: its own config has them in place of epochs. `examples`: in
// an epoch; `batch` of them in one part of a step.
void set_steps(config::Reader& root, config::Reader& train, double epochs, std::int64_t examples,
               std::int64_t batch);

}  // namespace dlt::models
