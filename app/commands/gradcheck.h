#pragma once

#include <string>

namespace dlt::app {

struct GradcheckOptions {
  std::string target;  // an operator's name or a config file; empty: every operator
  bool json = false;
};
// A line per gradient, then "N passed, N failed". The exit status: 1 if any failed.
int gradcheck(const GradcheckOptions& options);

}  // namespace dlt::app
