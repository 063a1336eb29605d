#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dlt::train {

using Metrics = std::vector<std::pair<std::string, double>>;  // in the order to show them

}  // namespace dlt::train
