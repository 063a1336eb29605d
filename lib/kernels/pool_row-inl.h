// What the kernels of pools share. Included by them once per instruction set.

#include <algorithm>

#include "kernels/pool.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_POOL_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_POOL_ROW_INL_H_
#undef DLT_KERNELS_POOL_ROW_INL_H_
#else
#define DLT_KERNELS_POOL_ROW_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Every step-th of the elements from x on; reads step * lanes of them.
template <int step, class D>
HWY_INLINE hn::Vec<D> every(D d, const real* x) {
  if constexpr (step == 1) {
    return hn::LoadU(d, x);
  } else {
    static_assert(step == 2);
    hn::Vec<D> even, odd;
    hn::LoadInterleaved2(d, x, even, odd);
    return even;
  }
}

// A row of windows of one plane.
struct Row {
  const real* x;  // the plane
  const Windows& w;
  Size o;
  Windows::Range ys;

  // Columns of y whose windows lie in the plane, in whole vectors, of which the last may overlap
  // the one before it: f(d, column, first column of x) for those; returns the range done.
  template <int step, class F>
  HWY_INLINE Windows::Range inside(const F& f) const {
    const Wide d;
    const auto lanes = static_cast<Size>(hn::Lanes(d));
    const Size first = std::min(w.out[1], (w.padding[1] + step - 1) / step);
    Size c = first;
    for (; c + lanes <= w.out[1]; c += lanes) {
      const Size begin = c * step - w.padding[1];
      if (begin + w.kernel[1] - 1 + step * lanes > w.in[1]) break;
      f(d, c, begin);
    }
    const Size room = w.in[1] + w.padding[1] - (w.kernel[1] - 1) - step * lanes;
    const Size last = std::min(w.out[1] - lanes, room < 0 ? -1 : room / step);
    if (last >= first && last + lanes > c) {
      f(d, last, last * step - w.padding[1]);
      c = last + lanes;
    }
    return {first, c};
  }
};

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
