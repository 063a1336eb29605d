#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/word_vectors.cpp"
#include "kernels/word_vectors.h"

#include <algorithm>

#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

using Vector = hn::Vec<Wide>;

#if HWY_TARGET != HWY_SCALAR
// The sums of the lanes of a, b, c, d within each 16 bytes, of which there are 4 lanes.
HWY_INLINE Vector sums_in_blocks(Vector a, Vector b, Vector c, Vector d) {
  const Wide w;
  const auto ac = hn::Add(hn::InterleaveLower(w, a, c), hn::InterleaveUpper(w, a, c));
  const auto bd = hn::Add(hn::InterleaveLower(w, b, d), hn::InterleaveUpper(w, b, d));
  return hn::Add(hn::InterleaveLower(w, ac, bd), hn::InterleaveUpper(w, ac, bd));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE auto add_blocks(D, V v) {
  if constexpr (hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) <= 16) {
    return v;
  } else {
    const hn::Half<D> half;
    return add_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}
#endif

// to[i] = the sum of the lanes of v[i]
template <int n>
HWY_INLINE void put_sums(const Vector (&v)[n], real* to) {
  const Wide d;
  int done = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (sizeof(real) == 4) {
    for (; done + 4 <= n; done += 4) {
      const auto sums = sums_in_blocks(v[done], v[done + 1], v[done + 2], v[done + 3]);
      hn::StoreU(add_blocks(d, sums), hn::CappedTag<real, 4>(), to + done);
    }
  }
#endif
  for (; done < n; ++done) to[done] = hn::GetLane(hn::SumOfLanes(d, v[done]));
}

// g [rows, 6] = the products of `rows` input rows and six output rows.
template <int rows>
HWY_INLINE void scores(const real* const* x, const real* const* y, real* g, Size width) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  Vector sum[rows * output_block];
  for (auto& s : sum) s = hn::Zero(d);
  for (Size k = 0; k < width; k += lanes) {
    Vector a[rows];
    HWY_UNROLL(2)
    for (int i = 0; i < rows; ++i) a[i] = hn::Load(d, x[i] + k);
    HWY_UNROLL(6)
    for (int o = 0; o < output_block; ++o) {
      const auto b = hn::Load(d, y[o] + k);
      HWY_UNROLL(2)
      for (int i = 0; i < rows; ++i) {
        sum[i * output_block + o] = hn::MulAdd(a[i], b, sum[i * output_block + o]);
      }
    }
  }
  put_sums(sum, g);
}

// g = -lr sigmoid(g)
HWY_INLINE void errors(real* g, Size n, real lr) {
  for_row(n,
          [=](auto d, Size i) { put(d, g, i, hn::Mul(Sigmoid(d, at(d, g, i)), hn::Set(d, -lr))); });
}

// dx_i += sum_o g_io y_o for six output rows.
HWY_INLINE void input_gradients(const LogisticRows& r, const real* const* y, const real* g) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  for (Size i = 0; i < r.xs; ++i, g += output_block) {
    const auto g0 = hn::Set(d, g[0]), g1 = hn::Set(d, g[1]), g2 = hn::Set(d, g[2]);
    const auto g3 = hn::Set(d, g[3]), g4 = hn::Set(d, g[4]), g5 = hn::Set(d, g[5]);
    for (Size k = 0; k < r.width; k += lanes) {
      auto even = hn::MulAdd(g0, hn::Load(d, y[0] + k), hn::Load(d, r.dx[i] + k));
      auto odd = hn::Mul(g1, hn::Load(d, y[1] + k));
      even = hn::MulAdd(g2, hn::Load(d, y[2] + k), even);
      odd = hn::MulAdd(g3, hn::Load(d, y[3] + k), odd);
      even = hn::MulAdd(g4, hn::Load(d, y[4] + k), even);
      odd = hn::MulAdd(g5, hn::Load(d, y[5] + k), odd);
      hn::Store(hn::Add(even, odd), d, r.dx[i] + k);
    }
  }
}

// The same, and dy_o = sum_i g_io x_i.
HWY_INLINE void gradients(const LogisticRows& r, const real* const* y, const real* g, real* dy) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  for (Size k = 0; k < r.width; k += lanes) {
    const auto y0 = hn::Load(d, y[0] + k), y1 = hn::Load(d, y[1] + k);
    const auto y2 = hn::Load(d, y[2] + k), y3 = hn::Load(d, y[3] + k);
    const auto y4 = hn::Load(d, y[4] + k), y5 = hn::Load(d, y[5] + k);
    auto d0 = hn::Zero(d), d1 = d0, d2 = d0, d3 = d0, d4 = d0, d5 = d0;
    const real* e = g;
    for (Size i = 0; i < r.xs; ++i, e += output_block) {
      const auto x = hn::Load(d, r.x[i] + k);
      auto even = hn::Load(d, r.dx[i] + k), odd = hn::Zero(d);
      const auto both = [&](int o, auto yo, auto& dyo, auto& dx) {
        const auto error = hn::Set(d, e[o]);
        dx = hn::MulAdd(error, yo, dx);
        dyo = hn::MulAdd(error, x, dyo);
      };
      both(0, y0, d0, even);
      both(1, y1, d1, odd);
      both(2, y2, d2, even);
      both(3, y3, d3, odd);
      both(4, y4, d4, even);
      both(5, y5, d5, odd);
      hn::Store(hn::Add(even, odd), d, r.dx[i] + k);
    }
    hn::Store(d0, d, dy + k);
    hn::Store(d1, d, dy + r.width + k);
    hn::Store(d2, d, dy + 2 * r.width + k);
    hn::Store(d3, d, dy + 3 * r.width + k);
    hn::Store(d4, d, dy + 4 * r.width + k);
    hn::Store(d5, d, dy + 5 * r.width + k);
  }
}

void logistic_rows(const LogisticRows& r) {
  for (Size begin = 0; begin < r.ys; begin += output_block) {
    const Size ys = std::min(output_block, r.ys - begin);
    const real* y[output_block];
    for (Size o = 0; o < output_block; ++o) y[o] = r.y[begin + (o < ys ? o : 0)];
    real* g = r.g + begin * r.xs;
    Size i = 0;
    for (; i + 2 <= r.xs; i += 2) scores<2>(r.x + i, y, g + i * output_block, r.width);
    if (i < r.xs) scores<1>(r.x + i, y, g + i * output_block, r.width);
    errors(g, r.xs * output_block, r.lr);
    for (Size o = 0; o < output_block; ++o) {
      if (o < ys && r.labels[begin + o] == 0) continue;
      for (Size j = o; j < r.xs * output_block; j += output_block) g[j] = o < ys ? g[j] + r.lr : 0;
    }
    if (r.dy == nullptr) {
      input_gradients(r, y, g);
    } else {
      gradients(r, y, g, r.dy + begin * r.width);
    }
  }
}

void sum_rows(real* mean, const real* const* x, Size xs, real factor, Size width) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  for (Size k = 0; k < width; k += lanes) {
    auto even = hn::Zero(d), odd = even;
    Size i = 0;
    for (; i + 2 <= xs; i += 2) {
      even = hn::Add(even, hn::Load(d, x[i] + k));
      odd = hn::Add(odd, hn::Load(d, x[i + 1] + k));
    }
    if (i < xs) even = hn::Add(even, hn::Load(d, x[i] + k));
    hn::Store(hn::Mul(hn::Add(even, odd), hn::Set(d, factor)), d, mean + k);
  }
}

void add_to_rows(real* const* dx, Size xs, const real* from, real factor, Size width) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  for (Size k = 0; k < width; k += lanes) {
    const auto change = hn::Mul(hn::Load(d, from + k), hn::Set(d, factor));
    for (Size i = 0; i < xs; ++i) {
      hn::Store(hn::Add(hn::Load(d, dx[i] + k), change), d, dx[i] + k);
    }
  }
}

void add_deltas(real* rows, const real* deltas, const RowDelta* at, Size n, Size width) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  constexpr Size ahead = 3;  // rows on their way from memory
  for (Size i = 0; i < n; ++i) {
    if (i + ahead < n) {
      const real* next = rows + at[i + ahead].row * width;
      for (Size k = 0; k < width; k += row_step) __builtin_prefetch(next + k);
    }
    real* row = rows + at[i].row * width;
    const real* delta = deltas + at[i].delta * width;
    const auto factor = hn::Set(d, at[i].factor);
    for (Size k = 0; k < width; k += lanes) {
      hn::Store(hn::MulAdd(factor, hn::Load(d, delta + k), hn::Load(d, row + k)), d, row + k);
    }
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(logistic_rows);
HWY_EXPORT(sum_rows);
HWY_EXPORT(add_to_rows);
HWY_EXPORT(add_deltas);

void logistic_rows(const LogisticRows& r) noexcept { HWY_DYNAMIC_DISPATCH(logistic_rows)(r); }

void sum_rows(real* mean, const real* const* x, Size xs, real factor, Size width) noexcept {
  HWY_DYNAMIC_DISPATCH(sum_rows)(mean, x, xs, factor, width);
}

void add_to_rows(real* const* dx, Size xs, const real* d, real factor, Size width) noexcept {
  HWY_DYNAMIC_DISPATCH(add_to_rows)(dx, xs, d, factor, width);
}

void add_deltas(real* rows, const real* deltas, const RowDelta* at, Size n, Size width) noexcept {
  HWY_DYNAMIC_DISPATCH(add_deltas)(rows, deltas, at, n, width);
}

}  // namespace dlt::kernels
#endif
