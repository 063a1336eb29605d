#pragma once

#include <string>
#include <vector>

namespace dlt::app {

struct DataCheckOptions {
  std::string config;
  std::vector<std::string> sets;
  bool json = false;
};
// Reads all data of a config and prints what there is: classes, sizes, files that cannot be read.
// Exit::data if there are any.
int data_check(const DataCheckOptions& options);

}  // namespace dlt::app
