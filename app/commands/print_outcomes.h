#pragma once

#include <vector>

#include "check/outcome.h"

namespace dlt::app {

// A line each with its largest error, then "N passed, N failed"; or one JSON object. The exit
// status: 1 if any failed.
int print_outcomes(const std::vector<check::Outcome>& outcomes, bool json);

}  // namespace dlt::app
