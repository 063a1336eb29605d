#pragma once

#include <string>
#include <vector>

#include "commands/train.h"
#include "train/fit.h"

namespace dlt::app {

// One run to be made.
struct Job {
  std::string config, out;
  std::vector<std::string> sets;
};

Job job_of(const TrainOptions& options);
config::Reader read_config(const Job& job);
train::Existing existing(const TrainOptions& options);

train::FitResult train_one(const Job& job, const TrainOptions& options);
void dry_run(const Job& job);  // prints size, memory and time

}  // namespace dlt::app
