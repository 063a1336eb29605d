#pragma once

#include <string>

#include "models/language.h"

namespace dlt::app {

struct GenerateOptions {
  std::string run;
  std::string prompt;
  std::string checkpoint = "best";
  models::SampleOptions sample;
};
// Prints prompt and continuation as it is made, whole characters at a time.
void generate(const GenerateOptions& options);

}  // namespace dlt::app
