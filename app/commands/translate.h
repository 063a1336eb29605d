#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dlt::app {

struct TranslateOptions {
  std::string run;
  std::string checkpoint = "best";   // or last, or a step
  std::optional<std::string> text;   // none: lines of standard input
  std::optional<std::int64_t> beam;  // none: what the config evaluates with
  std::optional<double> length_penalty;
  std::int64_t batch = 64;  // lines at once
  bool json = false;
};
// Prints a line for each line, in their order, as soon as its batch is done.
void translate(const TranslateOptions& options);

}  // namespace dlt::app
