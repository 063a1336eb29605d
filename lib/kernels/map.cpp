#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/map.cpp"
#include "kernels/map.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/unary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

// The last elements go through a whole vector too: the same code, hence the same bits.
void map_forward(real* y, const real* x, Unary kind, const Parameters& p, Size n) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  with_kind(kind, p, [=](const auto& value, const auto&) {
    Size i = 0;
    for (; i + lanes <= n; i += lanes) put(d, y, i, value(d, at(d, x, i)));
    if (i == n) return;
    HWY_ALIGN real rest[hn::MaxLanes(d)] = {};
    std::copy(x + i, x + n, rest);
    put(d, rest, 0, value(d, at(d, rest, 0)));
    std::copy_n(rest, n - i, y + i);
  });
}

void map_backward(real* dx, const real* dy, const real* x, Unary kind, const Parameters& p,
                  bool accumulate, Size n) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  with_kind(kind, p, [=](const auto&, const auto& slope) {
    Size i = 0;
    for (; i + lanes <= n; i += lanes) {
      const auto before = accumulate ? at(d, dx, i) : hn::Zero(d);
      put(d, dx, i, hn::MulAdd(at(d, dy, i), slope(d, at(d, x, i)), before));
    }
    if (i == n) return;
    HWY_ALIGN real rest[hn::MaxLanes(d)] = {};
    std::copy(x + i, x + n, rest);
    put(d, rest, 0, slope(d, at(d, rest, 0)));
    for (Size j = i; j < n; ++j) {
      const Single one;
      const auto before = accumulate ? at(one, dx, j) : hn::Zero(one);
      put(one, dx, j, hn::MulAdd(at(one, dy, j), at(one, rest, j - i), before));
    }
  });
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(map_forward);
HWY_EXPORT(map_backward);

void map_forward(real* y, const real* x, Unary kind, const Parameters& p, Size n) noexcept {
  parallel_for(n, worth_a_thread, [&](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(map_forward)(y + i, x + i, kind, p, end - i);
  });
}

void map_backward(real* dx, const real* dy, const real* x, Unary kind, const Parameters& p,
                  bool accumulate, Size n) noexcept {
  parallel_for(n, worth_a_thread, [&](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(map_backward)(dx + i, dy + i, x + i, kind, p, accumulate, end - i);
  });
}

}  // namespace dlt::kernels
#endif
