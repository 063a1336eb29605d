// Copies of blocks of an image, padded and split by phase as conv_plan.h describes, and of short
// runs of numbers. Included by the convolution kernels once per instruction set.

#include <algorithm>

#include "kernels/activation-inl.h"
#include "kernels/conv_plan.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_CONV_LINES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_CONV_LINES_INL_H_
#undef DLT_KERNELS_CONV_LINES_INL_H_
#else
#define DLT_KERNELS_CONV_LINES_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr Size wide = hn::MaxLanes(Wide());

// What is behind the end of a workspace, for vectors that reach over it.
constexpr Size slack = 2 * wide;

// zero_over and copy_over write whole vectors: up to one more than they are asked for.
HWY_INLINE void zero_over(real* to, Size n) {
  for (Size j = 0; j < n; j += wide) hn::StoreU(hn::Zero(Wide()), Wide(), to + j);
}

// to[j] = from[j], in whole vectors where the source goes on until `end`.
HWY_INLINE void copy_over(real* to, const real* from, Size n, const real* end) {
  if (end - from >= n + wide) {
    for (Size j = 0; j < n; j += wide) put(Wide(), to, j, at(Wide(), from, j));
  } else {
    for (Size j = 0; j < n; ++j) to[j] = from[j];
  }
}

// f(d, j) in vectors of falling size, nothing outside [0, n).
template <class F>
HWY_INLINE void for_exactly(Size n, const F& f) {
  const Wide d;
  Size j = 0;
  for (; j + wide <= n; j += wide) f(d, j);
  const hn::CappedTag<real, 8> eight;
  const hn::CappedTag<real, 4> four;
  for (const auto lanes = static_cast<Size>(hn::Lanes(eight)); j + lanes <= n; j += lanes)
    f(eight, j);
  for (const auto lanes = static_cast<Size>(hn::Lanes(four)); j + lanes <= n; j += lanes)
    f(four, j);
  for (; j < n; ++j) f(Single(), j);
}

// One line of a block: x[origin + stride j] for j in [0, extent), zeros outside [0, in).
HWY_INLINE void copy_line(real* to, const real* x, Size in, Size origin, Size stride, Size extent,
                          const real* end) {
  if (stride == 1) {
    const Size begin = std::clamp<Size>(-origin, 0, extent);
    const Size stop = std::clamp<Size>(in - origin, begin, extent);
    zero_over(to, begin);
    copy_over(to + begin, x + origin + begin, stop - begin, end);
    zero_over(to + stop, extent - stop);
    return;
  }
  const Size begin = std::clamp<Size>(origin >= 0 ? 0 : (stride - 1 - origin) / stride, 0, extent);
  const Size stop =
      std::clamp<Size>(in <= origin ? 0 : (in - origin + stride - 1) / stride, begin, extent);
  for (Size j = 0; j < begin; ++j) to[j] = 0;
  for (Size j = begin; j < stop; ++j) to[j] = x[origin + stride * j];
  for (Size j = stop; j < extent; ++j) to[j] = 0;
}

// The block of one channel: to[plane()] from x [rows.in, cols.in], which is part of an array that
// ends at `end`.
inline void copy_plane(real* to, const real* x, const PlaneBlock& b, const real* end) {
  for (const Size row_remainder : b.rows.remainders) {
    for (const Size column_remainder : b.cols.remainders) {
      for (Size i = 0; i < b.rows.extent; ++i, to += b.line()) {
        const Size row = b.rows.origin + row_remainder + b.rows.stride * i;
        if (row < 0 || row >= b.rows.in) {
          zero_over(to, b.line());
        } else {
          copy_line(to, x + row * b.cols.in, b.cols.in, b.cols.origin + column_remainder,
                    b.cols.stride, b.cols.extent, end);
        }
      }
    }
  }
  zero_over(to, PlaneBlock::room);
}

// The rows of y [rows, cols] that the block's outputs are, in lines as long as those of x, zeros
// between them and, up to a whole vector, behind them.
inline void copy_outputs(real* to, const real* y, Size y_cols, const PlaneBlock& b,
                         const real* end) {
  const Size gap = b.line() - b.cols.count;
  for (Size i = 0; i < b.rows.count; ++i, to += b.line()) {
    copy_over(to, y + (b.rows.first + i) * y_cols + b.cols.first, b.cols.count, end);
    zero_over(to + b.cols.count, std::max(gap, wide));
  }
}

// y[step j] (+)= activation(sums[j]) for j < count.
HWY_INLINE void write_run(real* y, const real* sums, Size count, Size step,
                          const ConvCorrelation& d) {
  const auto value = [&](auto v, Size j) { return activate(v, d.activation, at(v, sums, j)); };
  if (step == 1) {
    for_exactly(count, [&](auto v, Size j) {
      put(v, y, j, d.accumulate ? hn::Add(at(v, y, j), value(v, j)) : value(v, j));
    });
  } else {
    for (Size j = 0; j < count; ++j) {
      const real x = hn::GetLane(value(Single(), j));
      y[j * step] = d.accumulate ? y[j * step] + x : x;
    }
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
