#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemv.cpp"

#include "kernels/gemv.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/gemm_tile-inl.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

struct Dots {
  const Gemm& g;
  real* c;
  const real *a, *b;
};

constexpr Size rows_of_b = 4;  // read side by side

// c[i, j] for `as` rows i of A and `bs` rows j of B. Every sum has one order, whatever as and bs.
template <int as, int bs>
void dots(const Dots& p, Size i0, Size j0) {
  const Lanes d;
  const Gemm& g = p.g;
  Vector sum[as][bs];
#pragma GCC unroll 4
  for (int i = 0; i < as; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < bs; ++j) sum[i][j] = hn::Zero(d);
  const real *HWY_RESTRICT a = p.a + i0 * g.lda, *HWY_RESTRICT b = p.b + j0 * g.ldb;
  Size k = 0;
  for (; k + lanes <= g.k; k += lanes) {
    Vector x[as];
#pragma GCC unroll 4
    for (int i = 0; i < as; ++i) x[i] = hn::LoadU(d, a + i * g.lda + k);
#pragma GCC unroll 4
    for (int j = 0; j < bs; ++j) {
      const Vector w = hn::LoadU(d, b + j * g.ldb + k);
      hwy::Prefetch(b + j * g.ldb + k + 1024 / sizeof(real));
#pragma GCC unroll 4
      for (int i = 0; i < as; ++i) sum[i][j] = hn::MulAdd(x[i], w, sum[i][j]);
    }
  }
  for (int i = 0; i < as; ++i) {
    for (int j = 0; j < bs; ++j) {
      real total = hn::GetLane(hn::SumOfLanes(d, sum[i][j]));
      for (Size rest = k; rest < g.k; ++rest) total += a[i * g.lda + rest] * b[j * g.ldb + rest];
      real& c = p.c[(i0 + i) * g.ldc + j0 + j];
      c = g.accumulate ? c + g.scale * total : g.scale * total;
    }
  }
}

template <int bs>
void dots_of_rows(const Dots& p, Size j) {
  Size i = 0;
  for (; i + 4 <= p.g.m; i += 4) dots<4, bs>(p, i, j);
  if (p.g.m - i == 3) dots<3, bs>(p, i, j);
  if (p.g.m - i == 2) dots<2, bs>(p, i, j);
  if (p.g.m - i == 1) dots<1, bs>(p, i, j);
}

void dot_range(real* c, const real* a, const real* b, const Gemm& g, Size j0, Size j1) {
  const Dots p{g, c, a, b};
  Size j = j0;
  for (; j + rows_of_b <= j1; j += rows_of_b) dots_of_rows<rows_of_b>(p, j);
  for (; j < j1; ++j) dots_of_rows<1>(p, j);
  finish(g, c, 0, g.m, j0, j1 - j0);
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace dlt::kernels {
HWY_EXPORT(dot_range);

void dot_products(real* c, const real* a, const real* b, const Gemm& g) noexcept {
  constexpr Size unit = 16, worth_a_thread = 1 << 15;
  const Size grain = std::max<Size>(1, worth_a_thread / (unit * g.k));
  parallel_for((g.n + unit - 1) / unit, grain, [&](Size begin, Size end) {
    HWY_DYNAMIC_DISPATCH(dot_range)(c, a, b, g, begin * unit, std::min(end * unit, g.n));
  });
}

void gemv(real* y, const real* w, const real* x, Size out, Size in, const real* bias) noexcept {
  gemm(y, x, w, {.m = 1, .n = out, .k = in, .transpose_b = true, .bias = bias});
}

}  // namespace dlt::kernels
#endif
