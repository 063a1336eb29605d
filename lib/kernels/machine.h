#pragma once

#include <string>

// What this machine's arithmetic and memory can do, measured on the spot.
namespace dlt::kernels {

// The instruction set that the kernels use here: "AVX3", "AVX2", "NEON", ...
std::string simd_name();

// OpenBLAS as it was loaded: which kernels it chose for this processor ("SkylakeX", "Prescott").
std::string openblas_core();
std::string openblas_config();

// GFLOP/s of a 1024 x 1024 x 1024 product in float, the best of a few tries: OpenBLAS's own
// sgemm with `threads` threads, and kernels::gemm with the threads of set_threads().
double openblas_gflops(int threads);
double gemm_gflops();

// Bytes per second of reading 512 MiB, with the threads of set_threads().
double read_bandwidth();

}  // namespace dlt::kernels
