#pragma once

#include <string>

namespace dlt::app {

struct EvalOptions {
  std::string run;
  std::string checkpoint = "best";  // best, last or a step
  std::string data;                 // a file; empty: what the run held out
  bool json = false;
};
void eval(const EvalOptions& options);

}  // namespace dlt::app
