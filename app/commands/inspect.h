#pragma once

#include <string>

namespace dlt::app {

struct InspectOptions {
  std::string target;  // a config file or a run's folder
  bool json = false;
};
// A table of layers: output shape, parameters, multiply-adds; totals and memory.
void inspect(const InspectOptions& options);

}  // namespace dlt::app
