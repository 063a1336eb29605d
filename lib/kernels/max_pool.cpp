#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/max_pool.cpp"
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernels/pool.h"
#include "kernels/pool_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

template <class DI>
HWY_INLINE void put_index(DI di, std::int32_t* to, hn::Vec<DI> v) {
  if constexpr (sizeof(real) == sizeof(std::int32_t)) {
    hn::StoreU(v, di, to);
  } else {
    std::array<hn::TFromD<DI>, HWY_MAX_BYTES / sizeof(real)> wide;
    hn::StoreU(v, di, wide.data());
    for (std::size_t i = 0; i < hn::Lanes(di); ++i) to[i] = static_cast<std::int32_t>(wide[i]);
  }
}

template <int step>
HWY_INLINE Windows::Range max_places_inside(real* y, std::int32_t* index, const Row& row) {
  const Windows& w = row.w;
  return row.inside<step>([&](auto d, Size c, Size begin) {
    using Whole = hn::RebindToSigned<decltype(d)>;
    using Int = hn::TFromD<Whole>;
    const Whole di;
    const auto column = hn::Mul(hn::Iota(di, 0), hn::Set(di, Int{step}));
    auto best = hn::Set(d, -std::numeric_limits<real>::infinity());
    auto place = hn::Add(column, hn::Set(di, static_cast<Int>(row.ys.begin * w.in[1] + begin)));
    for (Size iy = row.ys.begin; iy < row.ys.end; ++iy) {
      for (Size k = 0; k < w.kernel[1]; ++k) {
        const Size at = iy * w.in[1] + begin + k;
        const auto v = every<step>(d, row.x + at);
        const auto larger = hn::Or(hn::Gt(v, best), hn::IsNaN(v));
        best = hn::IfThenElse(larger, v, best);
        place = hn::IfThenElse(hn::RebindMask(di, larger),
                               hn::Add(column, hn::Set(di, static_cast<Int>(at))), place);
      }
    }
    hn::StoreU(best, d, y + c);
    put_index(di, index + c, place);
  });
}

template <class V>
HWY_INLINE V larger_of(V x, V best) {
  return hn::IfThenElse(hn::Or(hn::Gt(x, best), hn::IsNaN(x)), x, best);
}

// Without places: along the columns of the window first, a vector of neighbours at a time.
template <int step>
HWY_INLINE Windows::Range max_values_inside(real* y, const Row& row) {
  const Windows& w = row.w;
  return row.inside<step>([&](auto d, Size c, Size begin) {
    const auto lanes = static_cast<Size>(hn::Lanes(d));
    auto best = hn::Set(d, -std::numeric_limits<real>::infinity());
    for (Size k = 0; k < w.kernel[1]; k += step) {
      auto low = hn::Set(d, -std::numeric_limits<real>::infinity()), high = low;
      for (Size iy = row.ys.begin; iy < row.ys.end; ++iy) {
        const real* const from = row.x + iy * w.in[1] + begin + k;
        low = larger_of(hn::LoadU(d, from), low);
        if constexpr (step == 2) high = larger_of(hn::LoadU(d, from + lanes), high);
      }
      if constexpr (step == 1) {
        best = larger_of(low, best);
      } else {
#if HWY_TARGET == HWY_SCALAR
        const auto even = low, odd = high;
#else
        const auto even = hn::ConcatEven(d, high, low), odd = hn::ConcatOdd(d, high, low);
#endif
        best = larger_of(even, best);
        if (k + 1 < w.kernel[1]) best = larger_of(odd, best);
      }
    }
    hn::StoreU(best, d, y + c);
  });
}

template <int step>
Windows::Range max_inside(real* y, std::int32_t* index, const Row& row) {
  return index == nullptr ? max_values_inside<step>(y, row)
                          : max_places_inside<step>(y, index, row);
}

void max_row(real* y, std::int32_t* index, const real* x, const Windows& w, Size o) {
  const Row row{x, w, o, w.range(0, o)};
  const Windows::Range done = w.stride[1] == 1   ? max_inside<1>(y, index, row)
                              : w.stride[1] == 2 ? max_inside<2>(y, index, row)
                                                 : Windows::Range{0, 0};
  for (Size c = 0; c < w.out[1]; ++c) {
    if (c == done.begin) c = done.end;
    if (c == w.out[1]) break;
    const auto [begin, end] = w.range(1, c);
    real best = -std::numeric_limits<real>::infinity();
    Size place = row.ys.begin * w.in[1] + begin;
    for (Size iy = row.ys.begin; iy < row.ys.end; ++iy) {
      for (Size i = iy * w.in[1] + begin; i < iy * w.in[1] + end; ++i) {
        if (!(x[i] > best) && !std::isnan(x[i])) continue;
        best = x[i];
        place = i;
      }
    }
    y[c] = best;
    if (index != nullptr) index[c] = static_cast<std::int32_t>(place);
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(max_row);

void max_pool(real* y, std::int32_t* index, const real* x, const Windows& w) noexcept {
  parallel_each(w.planes * w.out[0], w.out[1] * w.elements(), [&](Size r) {
    std::int32_t* const places = index == nullptr ? nullptr : index + r * w.out[1];
    HWY_DYNAMIC_DISPATCH(max_row)
    (y + r * w.out[1], places, x + r / w.out[0] * w.in[0] * w.in[1], w, r % w.out[0]);
  });
}

}  // namespace dlt::kernels
#endif
