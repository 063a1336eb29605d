#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlt::app {

struct SsmHippoOptions {
  std::string measure;  // legs, legt, fourier, fout
  std::vector<int> orders = {8, 16, 32, 64};
  std::string signal, column;    // a CSV file; the name or number (from 1) of one of its columns
  std::optional<double> window;  // in samples; all of them
  std::string method = "bilinear";
  std::optional<double> alpha;
  std::string reconstruct, svg;  // files to write, "": none
  bool json = false;
};
// Compresses a signal into the memory of each order, and shows what comes back.
void ssm_hippo(const SsmHippoOptions& options);

struct SsmKernelOptions {
  std::string matrix;  // legs, legt, fourier, fout, s4d-lin, s4d-inv, s4d-legs
  int order = 64;
  std::int64_t length = 1024;
  double step = 1e-3;
  std::optional<double> window;  // in the unit of time; 1
  std::string method = "bilinear";
  std::optional<double> alpha;
  std::optional<std::int64_t> seed;  // of C; without one C is ones
  bool check = false;
  double tolerance = 1e-8;
  std::string csv, svg;
  bool json = false;
};
// The kernel of a state space model and, with `check`, that recurrence, convolution and the other
// ways to it agree; where they do not, an Error after the report.
void ssm_kernel(const SsmKernelOptions& options);

}  // namespace dlt::app
