#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool.cpp"
#include "kernels/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/parallel.h"
#include "kernels/pool_row-inl.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/softmax.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

template <int step>
HWY_INLINE Windows::Range mean_inside(real* y, const Row& row) {
  const Windows& w = row.w;
  const auto share = 1 / static_cast<real>(w.counted(0, row.o) * w.kernel[1]);
  return row.inside<step>([&](auto d, Size c, Size begin) {
    auto sum = hn::Zero(d);
    for (Size iy = row.ys.begin; iy < row.ys.end; ++iy) {
      for (Size k = 0; k < w.kernel[1]; ++k)
        sum = hn::Add(sum, every<step>(d, row.x + iy * w.in[1] + begin + k));
    }
    hn::StoreU(hn::Mul(sum, hn::Set(d, share)), d, y + c);
  });
}

void mean_row(real* y, const real* x, const Windows& w, Size o) {
  const Row row{x, w, o, w.range(0, o)};
  const Windows::Range done = w.stride[1] == 1   ? mean_inside<1>(y, row)
                              : w.stride[1] == 2 ? mean_inside<2>(y, row)
                                                 : Windows::Range{0, 0};
  for (Size c = 0; c < w.out[1]; ++c) {
    if (c == done.begin) c = done.end;
    if (c == w.out[1]) break;
    const auto [begin, end] = w.range(1, c);
    real sum = 0;
    for (Size iy = row.ys.begin; iy < row.ys.end; ++iy) {
      for (Size i = begin; i < end; ++i) sum += x[iy * w.in[1] + i];
    }
    y[c] = sum / static_cast<real>(w.counted(0, o) * w.counted(1, c));
  }
}

// dx (the plane) += a row of dy, spread first along the width into `line`, one number for each of
// dy and of a row of dx, then over the rows.
void mean_row_backward(real* dx, const real* dy, const Windows& w, Size o, real* line) {
  const auto width = w.in[1], out = w.out[1], step = w.stride[1], padding = w.padding[1];
  real* const share = line + width;
  for (Size c = 0; c < out; ++c)
    share[c] = dy[c] / static_cast<real>(w.counted(0, o) * w.counted(1, c));
  std::fill_n(line, width, real(0));
  const Size first = std::max<Size>(0, padding - (out - 1) * step);
  for (Size k = first; k < std::min(w.kernel[1], width + padding); ++k) {
    const Size begin = k < padding ? (padding - k + step - 1) / step : 0;
    const Size n = std::min(out, (width - 1 + padding - k) / step + 1) - begin;
    real* to = line + begin * step - padding + k;
    if (step == 1) {
      for_row(n, [=](auto d, Size i) {
        put(d, to, i, hn::Add(at(d, to, i), at(d, share + begin, i)));
      });
    } else {
      for (Size i = 0; i < n; ++i) to[i * step] += share[begin + i];
    }
  }
  const auto [top, bottom] = w.range(0, o);
  for (Size iy = top; iy < bottom; ++iy) {
    real* row = dx + iy * width;
    for_row(width, [=](auto d, Size i) { put(d, row, i, hn::Add(at(d, row, i), at(d, line, i))); });
  }
}

void add_to_all(real* x, real value, Size n) {
  for_row(n, [=](auto d, Size i) { put(d, x, i, hn::Add(at(d, x, i), hn::Set(d, value))); });
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(mean_row);
HWY_EXPORT(mean_row_backward);
HWY_EXPORT(add_to_all);
namespace {

Windows::Range part(Size in, Size out, Size o) {
  return {o * in / out, ((o + 1) * in + out - 1) / out};
}

// f(first row's place, rows, columns, place in y) for all parts of a plane; parts as wide as the
// plane are one long row.
template <class F>
void each_part(const Parts& p, const F& f) {
  for (Size oy = 0; oy < p.out[0]; ++oy) {
    const auto ys = part(p.in[0], p.out[0], oy);
    for (Size ox = 0; ox < p.out[1]; ++ox) {
      const auto xs = part(p.in[1], p.out[1], ox);
      const Size rows = ys.end - ys.begin, columns = xs.end - xs.begin;
      const Size first = ys.begin * p.in[1] + xs.begin, to = oy * p.out[1] + ox;
      columns == p.in[1] ? f(first, 1, rows * columns, to) : f(first, rows, columns, to);
    }
  }
}

constexpr Size long_row = 16;  // from here on a call of a vector kernel is worth it

real row_of(const real* x, Size n) {
  if (n >= long_row) return sum(x, n);
  real total = 0;
  for (Size i = 0; i < n; ++i) total += x[i];
  return total;
}

void add_to_row(real* x, real value, Size n) {
  if (n >= long_row) return HWY_DYNAMIC_DISPATCH(add_to_all)(x, value, n);
  for (Size i = 0; i < n; ++i) x[i] += value;
}

}  // namespace

void mean_pool(real* y, const real* x, const Windows& w) noexcept {
  parallel_each(w.planes * w.out[0], w.out[1] * w.elements(), [&](Size r) {
    HWY_DYNAMIC_DISPATCH(mean_row)
    (y + r * w.out[1], x + r / w.out[0] * w.in[0] * w.in[1], w, r % w.out[0]);
  });
}

void mean_pool_backward(real* dx, const real* dy, const Windows& w) noexcept {
  parallel_each(w.planes, w.out[0] * w.out[1] * w.elements(), [&](Size p) {
    real* line = workspace(Slot::a, w.in[1] + w.out[1]);
    for (Size o = 0; o < w.out[0]; ++o) {
      HWY_DYNAMIC_DISPATCH(mean_row_backward)
      (dx + p * w.in[0] * w.in[1], dy + (p * w.out[0] + o) * w.out[1], w, o, line);
    }
  });
}

void mean_parts(real* y, const real* x, const Parts& p) noexcept {
  const Size plane = p.in[0] * p.in[1];
  parallel_each(p.planes, plane, [&](Size i) {
    each_part(p, [&](Size first, Size rows, Size columns, Size to) {
      real sum = 0;
      for (Size r = 0; r < rows; ++r) sum += row_of(x + i * plane + first + r * p.in[1], columns);
      y[i * p.out[0] * p.out[1] + to] = sum / static_cast<real>(rows * columns);
    });
  });
}

void mean_parts_backward(real* dx, const real* dy, const Parts& p) noexcept {
  const Size plane = p.in[0] * p.in[1];
  parallel_each(p.planes, plane, [&](Size i) {
    each_part(p, [&](Size first, Size rows, Size columns, Size to) {
      const real share = dy[i * p.out[0] * p.out[1] + to] / static_cast<real>(rows * columns);
      for (Size r = 0; r < rows; ++r) {
        add_to_row(dx + i * plane + first + r * p.in[1], share, columns);
      }
    });
  });
}

}  // namespace dlt::kernels
#endif
