#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dlt::app {

struct SaMeanOptions {
  std::string file = "-";  // numbers; "-": standard input
  std::string step = "1/k";
  std::int64_t column = 0;  // of each line, from 1; 0: every number counts
  double start = 0;
  std::string out, svg;  // files to write, "": none
  bool json = false;
};
// Both return the exit code: 0, or 128 + the signal that ended the stream or search early; what
// was reached by then is reported all the same.
int sa_mean(const SaMeanOptions& options);

struct SaRootOptions {
  std::string expr;
  double w0 = 0;
  std::string step = "1/k";
  double noise = 0;
  std::int64_t seed = 1, steps = 1000;
  double bound = 1e12;
  std::optional<double> root;  // to measure the error against; else by bisection
  std::string out, svg;
  bool json = false;
};
int sa_root(const SaRootOptions& options);

}  // namespace dlt::app
