#pragma once

#include <cstdint>
#include <string>

#include "data/listops.h"
#include "data/recall.h"

namespace dlt::app {

// dlt data make TASK: a file of made-up sequences, as sets of the task's name read them.
struct DataMakeOptions {
  std::int64_t count = 1000, seed = 1;
  std::string out;
};

struct ListOpsOptions : DataMakeOptions {
  std::int64_t length = 2000, min_length = -1;  // -1: a quarter of length
  std::int64_t depth = 10, arguments = 10;
};
struct CopyOptions : DataMakeOptions {
  data::CopyTask task;
};
struct InductionOptions : DataMakeOptions {
  data::InductionTask task;
};

void data_make(const ListOpsOptions& options);
void data_make(const CopyOptions& options);
void data_make(const InductionOptions& options);

}  // namespace dlt::app
