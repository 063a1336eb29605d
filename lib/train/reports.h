#pragma once

#include <cstdint>
#include <vector>

#include "train/metrics.h"
#include "train/run.h"

namespace dlt::train {

// What a run said after one of its steps.
struct Report {
  std::int64_t step = 0;
  Metrics metrics;  // NaN where a number was not finite
};

// The lines of metrics.jsonl; one that was being written when the run was killed is passed over.
std::vector<Report> read_reports(const Run& run);
// All the time it took; "seconds" begin anew where a run was resumed.
double seconds_of_training(const std::vector<Report>& reports);

}  // namespace dlt::train
