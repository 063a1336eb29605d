#pragma once

#include <cstdint>

#include "base/real.h"
#include "kernels/activation.h"

namespace dlt::kernels {

using Size = std::int64_t;

// C[m,n] (=|+=) scale op(A) op(B), then bias and activation. Matrices are row-major; op(A) is
// [m,k], stored so or, if transpose_a, as [k,m]; op(B) is [k,n], or [n,k] if transpose_b. C must
// not overlap anything else.
struct Gemm {
  Size m, n, k;
  bool transpose_a = false, transpose_b = false;
  Size lda = 0, ldb = 0, ldc = 0;  // from row to row; 0: dense
  bool accumulate = false;         // add to what C holds
  real scale = 1;
  const real* bias = nullptr;  // [n], added to every row
  Activation activation = Activation::none;
  real* pre = nullptr;  // [m,n] with C's stride: receives what goes into the activation
};

// Of at least so many rows; fewer may be summed in another order.
constexpr Size steady_rows = 9;
// Every element is summed over k in one fixed order: the same bits for any number of threads.
void gemm(real* c, const real* a, const real* b, const Gemm& g) noexcept;

// The same on the calling thread alone, for blocks inside a parallel_for.
void gemm_small(real* c, const real* a, const real* b, const Gemm& g) noexcept;

// For many products with one B: B once in the order in which tiles read it, g.m and what follows
// g.ldb not counting, and the product with it (g.transpose_b and g.ldb not counting). The bits of
// gemm() where that does not go by dot products.
Size packed_size(const Gemm& g) noexcept;  // how many numbers
void pack(real* packed, const real* b, const Gemm& g) noexcept;
void gemm_packed(real* c, const real* a, const real* packed, const Gemm& g) noexcept;

// y[out] = W[out,in] x (+ bias): reads W once, at the speed of memory. What gemm() does if m is 1.
void gemv(real* y, const real* w, const real* x, Size out, Size in,
          const real* bias = nullptr) noexcept;

}  // namespace dlt::kernels
