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

// What of a line of a block is inside x: j in [begin, stop) reads x[origin + stride j].
struct Inside {
  Size begin, stop;
};

HWY_INLINE Inside inside(const AxisBlock& a, Size remainder) {
  const Size origin = a.origin + remainder;
  const Size before = origin >= 0 ? 0 : (a.stride - 1 - origin) / a.stride;
  const Size until = a.in <= origin ? 0 : (a.in - origin + a.stride - 1) / a.stride;
  const Size begin = std::min(before, a.extent);
  return {begin, std::clamp(until, begin, a.extent)};
}

HWY_INLINE void copy_exactly(real* to, const real* from, Size n) {
  if (n >= wide) {
    for (Size j = 0; j + wide < n; j += wide) put(Wide(), to, j, at(Wide(), from, j));
    put(Wide(), to, n - wide, at(Wide(), from, n - wide));
  } else {
    for_exactly(n, [&](auto d, Size j) { put(d, to, j, at(d, from, j)); });
  }
}

// The lines of one channel, from x [rows.in, cols.in], into a plane whose padding is zero already.
inline void copy_lines(real* to, const real* x, const PlaneBlock& b) {
  const AxisBlock &rows = b.rows, &cols = b.cols;
  for (const Size r : rows.remainders) {
    const Inside lines = inside(rows, r);
    for (const Size c : cols.remainders) {
      const Inside part = inside(cols, c);
      const Size count = part.stop - part.begin, origin = cols.origin + c;
      real* line = to + lines.begin * b.line() + part.begin;
      for (Size i = lines.begin; i < lines.stop; ++i, line += b.line()) {
        const real* from =
            x + (rows.origin + r + rows.stride * i) * cols.in + origin + cols.stride * part.begin;
        if (cols.stride == 1) {
          copy_exactly(line, from, count);
        } else {
          Size j = 0;
#if HWY_TARGET != HWY_SCALAR
          if (cols.stride == 2) {
            const Wide d;
            for (; j + wide < count; j += wide)  // `<`: nothing is read behind the last
              put(d, line, j, hn::ConcatEven(d, at(d, from, 2 * j + wide), at(d, from, 2 * j)));
          }
#endif
          for (; j < count; ++j) line[j] = from[cols.stride * j];
        }
      }
      to += rows.extent * b.line();
    }
  }
}

inline void copy_plane(real* to, const real* x, const PlaneBlock& b) {
  std::fill_n(to, b.plane(), real(0));
  copy_lines(to, x, b);
}

// The rows of y [rows, cols] that the block's outputs are, into lines as long as those of x whose
// padding is zero already.
inline void copy_outputs(real* to, const real* y, Size y_cols, const PlaneBlock& b) {
  for (Size i = 0; i < b.rows.count; ++i, to += b.line())
    copy_exactly(to, y + (b.rows.first + i) * y_cols + b.cols.first, b.cols.count);
}

// What tiles can do before they write: relu and relu6, as activate() does them.
HWY_INLINE bool is_rectifier(Activation a) {
  return a == Activation::relu || a == Activation::relu6;
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
