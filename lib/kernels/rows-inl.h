// Loops over one row of reals with Highway vectors. Included by kernels once per instruction set.
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_ROWS_INL_H
#undef DLT_KERNELS_ROWS_INL_H
#else
#define DLT_KERNELS_ROWS_INL_H
#endif

#include "kernels/gemm.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> at(D d, const real* x, Size j) {
  return hn::LoadU(d, x + j);
}

template <class D>
HWY_INLINE void put(D d, real* y, Size j, hn::Vec<D> v) {
  hn::StoreU(v, d, y + j);
}

using Wide = hn::ScalableTag<real>;
using Single = hn::CappedTag<real, 1>;

// f(d, j) for whole vectors at j, then for the elements that are left, one by one.
template <class F>
HWY_INLINE void for_row(Size n, const F& f) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  Size j = 0;
  for (; j + lanes <= n; j += lanes) f(d, j);
  for (; j < n; ++j) f(Single(), j);
}

// The sum of f(d, j) over the row; two accumulators hide the latency of the addition.
template <class F>
HWY_INLINE real row_sum(Size n, const F& f) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  auto even = hn::Zero(d), odd = hn::Zero(d);
  Size j = 0;
  for (; j + 2 * lanes <= n; j += 2 * lanes) {
    even = hn::Add(even, f(d, j));
    odd = hn::Add(odd, f(d, j + lanes));
  }
  if (j + lanes <= n) {
    even = hn::Add(even, f(d, j));
    j += lanes;
  }
  real total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; j < n; ++j) total += hn::GetLane(f(Single(), j));
  return total;
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
