#pragma once

#include <string>

namespace dlt::app {

struct CheckOptions {
  std::string dir;  // a reference case, or a folder of them
  bool json = false;
};
// A line per outcome with its largest error, then "N passed, N failed". The exit status: 1 if any
// failed.
int check(const CheckOptions& options);

}  // namespace dlt::app
