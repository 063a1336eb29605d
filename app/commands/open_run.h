#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/model.h"

namespace dlt::app {

struct OpenRun {
  std::unique_ptr<models::Model> model;  // with the checkpoint's weights
  std::string checkpoint;                // its folder
  std::int64_t step = 0;                 // that it was made after
};

// Makes the model of a run folder and loads a checkpoint: "best", "last" or a step. A run that was
// never evaluated has no best one: then "best" is the last one.
OpenRun open_run(const std::string& dir, const std::string& checkpoint);

}  // namespace dlt::app
