#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/registry.h"

namespace dlt::train {

using Metrics = std::vector<std::pair<std::string, double>>;  // in the order to show them

// What evaluations measure, by name: what "train": {"best": ...} may ask for.
enum class Good : bool { small, large };
struct Metric {
  Good good;
};
const Registry<Metric>& metric_names();

}  // namespace dlt::train
