// Tiles of dot products of long rows: what the gradient of a convolution's weights is made of.

#include "kernels/conv_lines-inl.h"
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_CONV_DOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_CONV_DOT_INL_H_
#undef DLT_KERNELS_CONV_DOT_INL_H_
#else
#define DLT_KERNELS_CONV_DOT_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
// The two halves of a vector added, again and again, until four lanes are left.
template <class D>
HWY_INLINE auto fold_to_four(D d, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(d) <= 4) {
    return v;
  } else {
    const hn::Half<D> half;
    return fold_to_four(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

#endif

// out[i] = the sum of the lanes of v[i], for four vectors.
HWY_INLINE void sum_four(real* out, const hn::Vec<Wide>* v) {
  const Wide d;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (sizeof(real) == 4) {
    const hn::Repartition<double, Wide> pairs;
    const auto a = hn::BitCast(
        pairs, hn::Add(hn::InterleaveLower(d, v[0], v[1]), hn::InterleaveUpper(d, v[0], v[1])));
    const auto b = hn::BitCast(
        pairs, hn::Add(hn::InterleaveLower(d, v[2], v[3]), hn::InterleaveUpper(d, v[2], v[3])));
    const auto all = hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, a, b)),
                             hn::BitCast(d, hn::InterleaveUpper(pairs, a, b)));
    return hn::StoreU(fold_to_four(d, all), hn::CappedTag<real, 4>(), out);
  }
#endif
  for (int i = 0; i < 4; ++i) out[i] = hn::GetLane(hn::SumOfLanes(d, v[i]));
}

// The lengths of arrays of sums: a multiple of four.
constexpr Size whole_fours(Size n) { return (n + 3) / 4 * 4; }

// out[i * columns + j] = the dot product of y[i] and x[j] over n numbers, whole vectors. `out` has
// room for whole_fours(rows * columns).
template <int rows, int columns>
HWY_INLINE void dot_tile(real* out, const real* const* y_rows, const real* const* x_rows, Size n) {
  constexpr int count = whole_fours(rows * columns);
  const Wide d;
  hn::Vec<Wide> sum[count];
#pragma GCC unroll 32
  for (int i = 0; i < count; ++i) sum[i] = hn::Zero(d);
  const real *y[rows], *x[columns];
#pragma GCC unroll 32
  for (int i = 0; i < rows; ++i) y[i] = y_rows[i];
#pragma GCC unroll 32
  for (int j = 0; j < columns; ++j) x[j] = x_rows[j];
  for (Size p = 0; p < n; p += wide) {
    hn::Vec<Wide> factor[rows];
#pragma GCC unroll 32
    for (int i = 0; i < rows; ++i) factor[i] = at(d, y[i], p);
#pragma GCC unroll 32
    for (int j = 0; j < columns; ++j) {
      const auto v = at(d, x[j], p);
#pragma GCC unroll 32
      for (int i = 0; i < rows; ++i)
        sum[i * columns + j] = hn::MulAdd(factor[i], v, sum[i * columns + j]);
    }
  }
#pragma GCC unroll 32
  for (int i = 0; i < count; i += 4) sum_four(out + i, sum + i);
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
