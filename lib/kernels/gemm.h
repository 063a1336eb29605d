#pragma once

#include <cstdint>

#include "base/real.h"
#include "kernels/activation.h"

namespace dlt::kernels {

using Size = std::int64_t;

struct Gemm {
  Size m, n, k;
  bool transpose_a = false, transpose_b = false;
  Size lda = 0, ldb = 0, ldc = 0;
  bool accumulate = false;
  real scale = 1;
  const real* bias = nullptr;
  Activation activation = Activation::none;
  real* pre = nullptr;
};

void gemm(real* c, const real* a, const real* b, const Gemm& g) noexcept;
void gemm_small(real* c, const real* a, const real* b, const Gemm& g) noexcept;

}  // namespace dlt::kernels
