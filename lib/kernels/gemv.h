#pragma once

#include "kernels/gemm.h"

namespace dlt::kernels {

// A product with few rows and B stored as [n,k] is limited by reading B, which packing it would
// double: gemm() then takes dot products of rows instead.
inline bool by_dot_products(const Gemm& g) {
  return g.transpose_b && g.m < steady_rows && (!g.transpose_a || (g.m == 1 && g.lda == 1)) &&
         g.k > 0;
}

// gemm() in that case; the strides are filled in.
void dot_products(real* c, const real* a, const real* b, const Gemm& g) noexcept;

}  // namespace dlt::kernels
