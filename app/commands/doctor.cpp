#include "commands/doctor.h"

#include <cstdlib>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/system.h"
#include "kernels/machine.h"

namespace dlt::app {
namespace {

std::vector<std::string> warnings(double ours, double openblas) {
  std::vector<std::string> all;
  for (const char* name : {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS"}) {
    if (const char* value = std::getenv(name)) {
      all.push_back(
          fmt::format("{}={} is set: it changes the speed of OpenBLAS, not that of dlt's "
                      "own kernels",
                      name, value));
    }
  }
  if (openblas < 0.6 * ours) {
    all.push_back(fmt::format(
        "OpenBLAS chose its kernels '{}' for this processor and reaches {:.0f}% of dlt's own: "
        "programs that rely on it are slow here; OPENBLAS_CORETYPE=Haswell or SkylakeX may help "
        "them",
        kernels::openblas_core(), 100 * openblas / ours));
  }
  return all;
}

}  // namespace

void doctor(bool json) {
  const double ours = kernels::gemm_gflops(), openblas = kernels::openblas_gflops(threads());
  const double bandwidth = kernels::read_bandwidth();
  const auto notes = warnings(ours, openblas);
  if (json) {
    const nlohmann::ordered_json all = {{"version", DLT_VERSION},
                                        {"processors", processor_count()},
                                        {"threads", threads()},
                                        {"memory_bytes", memory_bytes()},
                                        {"simd", kernels::simd_name()},
                                        {"gemm_gflops", ours},
                                        {"openblas", kernels::openblas_config()},
                                        {"openblas_core", kernels::openblas_core()},
                                        {"openblas_gflops", openblas},
                                        {"read_bytes_per_second", bandwidth},
                                        {"warnings", notes}};
    fmt::print("{}\n", all.dump(2));
    return;
  }
  fmt::print("dlt          {}\nprocessors   {}, {} threads used\nmemory       {:.1f} GB\n",
             DLT_VERSION, processor_count(), threads(), static_cast<double>(memory_bytes()) / 1e9);
  fmt::print("kernels      {}, {:.0f} GFLOP/s in a matrix product\n", kernels::simd_name(), ours);
  fmt::print("OpenBLAS     {}, kernels {}, {:.0f} GFLOP/s\n", kernels::openblas_config(),
             kernels::openblas_core(), openblas);
  fmt::print("memory reads {:.1f} GB/s\n", bandwidth / 1e9);
  for (const std::string& note : notes) fmt::print("warning: {}\n", note);
}

}  // namespace dlt::app
