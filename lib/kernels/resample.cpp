#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/resample.cpp"
#include "kernels/resample.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

// A line of numbers along the last axis.
template <int taps>
void line(real* y, const real* x, const Resampled& a) {
  for (Size j = 0; j < a.out; ++j) {
    real sum = a.weight[j * taps] * x[a.index[j * taps]];
    for (Size t = 1; t < taps; ++t) sum += a.weight[j * taps + t] * x[a.index[j * taps + t]];
    y[j] = sum;
  }
}

template <int taps>
void line_backward(real* dx, const real* dy, const Resampled& a) {
  for (Size j = 0; j < a.out; ++j) {
    for (Size t = 0; t < taps; ++t) dx[a.index[j * taps + t]] += a.weight[j * taps + t] * dy[j];
  }
}

// Rows of `inner` numbers, each a weighted sum of rows.
template <int taps>
void rows(real* y, const real* x, const Resampled& a, Size inner) {
  for (Size j = 0; j < a.out; ++j) {
    const real* w = a.weight + j * taps;
    const std::int32_t* from = a.index + j * taps;
    for_row(inner, [&](auto d, Size i) {
      auto sum = hn::Mul(hn::Set(d, w[0]), at(d, x + from[0] * inner, i));
      for (Size t = 1; t < taps; ++t)
        sum = hn::MulAdd(hn::Set(d, w[t]), at(d, x + from[t] * inner, i), sum);
      put(d, y + j * inner, i, sum);
    });
  }
}

template <int taps>
void rows_backward(real* dx, const real* dy, const Resampled& a, Size inner) {
  for (Size j = 0; j < a.out * taps; ++j) {
    real* to = dx + a.index[j] * inner;
    const real* from = dy + j / taps * inner;
    for_row(inner, [&, w = a.weight[j]](auto d, Size i) {
      put(d, to, i, hn::MulAdd(hn::Set(d, w), at(d, from, i), at(d, to, i)));
    });
  }
}

template <int taps>
void along(real* y, const real* x, const Resampled& a, Size outer, Size inner) {
  for (Size o = 0; o < outer; ++o) {
    real* to = y + o * a.out * inner;
    const real* from = x + o * a.in * inner;
    inner == 1 ? line<taps>(to, from, a) : rows<taps>(to, from, a, inner);
  }
}

template <int taps>
void along_backward(real* dx, const real* dy, const Resampled& a, Size outer, Size inner) {
  for (Size o = 0; o < outer; ++o) {
    real* to = dx + o * a.in * inner;
    const real* from = dy + o * a.out * inner;
    inner == 1 ? line_backward<taps>(to, from, a) : rows_backward<taps>(to, from, a, inner);
  }
}

void resample_axis(real* y, const real* x, const Resampled& a, Size outer, Size inner) {
  (a.taps == 1 ? along<1> : a.taps == 2 ? along<2> : along<4>)(y, x, a, outer, inner);
}

void resample_axis_backward(real* dx, const real* dy, const Resampled& a, Size outer, Size inner) {
  (a.taps == 1   ? along_backward<1>
   : a.taps == 2 ? along_backward<2>
                 : along_backward<4>)(dx, dy, a, outer, inner);
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(resample_axis);
HWY_EXPORT(resample_axis_backward);
namespace {

// Sizes around axis i once the axes from `done` on are resampled.
struct Sizes {
  Size outer = 1, inner = 1;
};
Sizes around(std::span<const Resampled> axes, std::size_t i) {
  Sizes s;
  for (std::size_t j = 0; j < i; ++j) s.outer *= axes[j].in;
  for (std::size_t j = i + 1; j < axes.size(); ++j) s.inner *= axes[j].out;
  return s;
}

Size plane_in(std::span<const Resampled> axes) {
  Size n = 1;
  for (const Resampled& a : axes) n *= a.in;
  return n;
}

Size plane_out(std::span<const Resampled> axes) {
  Size n = 1;
  for (const Resampled& a : axes) n *= a.out;
  return n;
}

Slot buffer(std::size_t axis) { return axis % 2 == 0 ? Slot::a : Slot::b; }

// The last axis first: the others are then sums of whole rows.
void resample_plane(real* y, const real* x, std::span<const Resampled> axes) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    const auto [outer, inner] = around(axes, i);
    real* to = i == 0 ? y : workspace(buffer(i), outer * axes[i].out * inner);
    HWY_DYNAMIC_DISPATCH(resample_axis)(to, x, axes[i], outer, inner);
    x = to;
  }
}

void resample_plane_backward(real* dx, const real* dy, std::span<const Resampled> axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto [outer, inner] = around(axes, i);
    const bool last = i + 1 == axes.size();
    const Size size = outer * axes[i].in * inner;
    real* to = last ? dx : workspace(buffer(i), size);
    if (!last) std::fill_n(to, size, real(0));
    HWY_DYNAMIC_DISPATCH(resample_axis_backward)(to, dy, axes[i], outer, inner);
    dy = to;
  }
}

}  // namespace

void resample(real* y, const real* x, Size planes, std::span<const Resampled> axes) noexcept {
  const Size in = plane_in(axes), out = plane_out(axes);
  parallel_each(planes, std::max(in, out),
                [&](Size p) { resample_plane(y + p * out, x + p * in, axes); });
}

void resample_backward(real* dx, const real* dy, Size planes,
                       std::span<const Resampled> axes) noexcept {
  const Size in = plane_in(axes), out = plane_out(axes);
  parallel_each(planes, std::max(in, out),
                [&](Size p) { resample_plane_backward(dx + p * in, dy + p * out, axes); });
}

}  // namespace dlt::kernels
#endif
