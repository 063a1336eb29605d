#include "models/kept_data.h"

#include "train/files.h"

namespace dlt::models {

void check_kept(const std::string& run, const std::string& kept) {
  const std::string path = run + "/data.json";
  if (run.empty() || !train::exists(path)) return;
  require(read_file(path, Exit::failed) == kept, Exit::data,
          "the training data have changed since this run began, their columns, classes or means "
          "are not those of '{}': start a new run, or bring the old data back",
          path);
}

}  // namespace dlt::models
