#include "kernels/gemm.h"

#include <cblas.h>
#include <cmath>

namespace dlt::kernels {
namespace {
[[maybe_unused]] void blas(const Gemm& g, const float* a, const float* b, float* c, int lda,
                           int ldb, int ldc) {
  cblas_sgemm(CblasRowMajor, g.transpose_a ? CblasTrans : CblasNoTrans,
              g.transpose_b ? CblasTrans : CblasNoTrans, (int)g.m, (int)g.n, (int)g.k, g.scale, a,
              lda, b, ldb, g.accumulate ? 1.0f : 0.0f, c, ldc);
}
[[maybe_unused]] void blas(const Gemm& g, const double* a, const double* b, double* c, int lda,
                           int ldb, int ldc) {
  cblas_dgemm(CblasRowMajor, g.transpose_a ? CblasTrans : CblasNoTrans,
              g.transpose_b ? CblasTrans : CblasNoTrans, (int)g.m, (int)g.n, (int)g.k, g.scale, a,
              lda, b, ldb, g.accumulate ? 1.0 : 0.0, c, ldc);
}
real act(real x, Activation a) {
  switch (a) {
    case Activation::none: return x;
    case Activation::relu: return x > 0 ? x : 0;
    case Activation::silu: return x / (1 + std::exp(-x));
    case Activation::gelu: return real(0.5) * x * (1 + std::tanh(real(0.7978845608028654) * (x + real(0.044715) * x * x * x)));
  }
  return x;
}
}  // namespace
void gemm_small(real* c, const real* a, const real* b, const Gemm& g) noexcept {
  const Size ldc = g.ldc ? g.ldc : g.n;
  blas(g, a, b, c, (int)(g.lda ? g.lda : g.transpose_a ? g.m : g.k),
       (int)(g.ldb ? g.ldb : g.transpose_b ? g.k : g.n), (int)ldc);
  for (Size i = 0; i < g.m; ++i)
    for (Size j = 0; j < g.n; ++j) {
      if (g.bias) c[i * ldc + j] += g.bias[j];
      if (g.pre) g.pre[i * ldc + j] = c[i * ldc + j];
      c[i * ldc + j] = act(c[i * ldc + j], g.activation);
    }
}
void gemm(real* c, const real* a, const real* b, const Gemm& g) noexcept { gemm_small(c, a, b, g); }
}  // namespace dlt::kernels
