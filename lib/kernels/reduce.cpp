#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reduce.cpp"
#include "kernels/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

// sums [groups, width] = sums combined with `rows` rows of x, dense or (one group) `step` apart;
// then the groups with one another, in halves: sums [width].
void fold_rows(real* sums, const real* x, Size rows, Size step, Size groups, Size width,
               Reduce kind) {
  const auto each = [&](const auto& f) {
    for (Size r = 0; r < rows; ++r) {
      for_row(groups * width,
              [&](auto d, Size j) { put(d, sums, j, f(at(d, sums, j), at(d, x, r * step + j))); });
    }
    for (Size left = groups; left > 1;) {
      const Size half = (left + 1) / 2;
      for_row((left - half) * width, [&](auto d, Size j) {
        put(d, sums, j, f(at(d, sums, j), at(d, sums, j + half * width)));
      });
      left = half;
    }
  };
  switch (kind) {
    case Reduce::sum:
      return each([](auto s, auto v) { return hn::Add(s, v); });
    case Reduce::prod:
      return each([](auto s, auto v) { return hn::Mul(s, v); });
    case Reduce::max:
      return each(
          [](auto s, auto v) { return hn::IfThenElse(hn::Or(hn::Gt(v, s), hn::IsNaN(v)), v, s); });
    case Reduce::min:
      return each(
          [](auto s, auto v) { return hn::IfThenElse(hn::Or(hn::Lt(v, s), hn::IsNaN(v)), v, s); });
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
namespace {

constexpr Size tile = 256;  // columns that one task folds at a time
constexpr Size stretch = 64;
constexpr Size task = 32768;  // elements

double start(Reduce kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (kind == Reduce::max) return -infinity;
  if (kind == Reduce::min) return infinity;
  return kind == Reduce::prod ? 1 : 0;
}

double combined(double a, double b, Reduce kind) {
  switch (kind) {
    case Reduce::sum:
      return a + b;
    case Reduce::prod:
      return a * b;
    case Reduce::max:
      return b > a || std::isnan(b) ? b : a;
    case Reduce::min:
      break;
  }
  return b < a || std::isnan(b) ? b : a;
}

}  // namespace

HWY_EXPORT(fold_rows);

namespace {

// totals [width] of `rows` rows of x. Narrow dense rows are folded several at a time.
void fold(double* totals, const real* x, Size rows, Size step, Size width, Reduce kind) {
  const Size together = width == step ? std::max<Size>(1, tile / width) : 1;
  real sums[tile];
  std::fill_n(totals, width, start(kind));
  while (rows > 0) {
    const Size groups = std::min(together, rows), count = std::min(stretch, rows / groups);
    std::fill_n(sums, groups * width, static_cast<real>(start(kind)));
    HWY_DYNAMIC_DISPATCH(fold_rows)(sums, x, count, step * groups, groups, width, kind);
    for (Size j = 0; j < width; ++j) {
      totals[j] = combined(totals[j], static_cast<double>(sums[j]), kind);
    }
    rows -= count * groups;
    x += count * groups * step;
  }
}

}  // namespace

// Cut into [outer, cuts of n, tiles of inner]: always the same pieces, whoever works on them.
void reduce(real* y, const real* x, Reduce kind, bool accumulate, const Middle& m) noexcept {
  if (m.outer * m.inner == 0) return;
  const Size tiles = (m.inner + tile - 1) / tile;
  const Size rows = std::max(stretch, task / std::min(m.inner, tile));
  const Size cuts = std::max<Size>(1, (m.n + rows - 1) / rows);
  std::vector<double> parts(static_cast<std::size_t>(m.outer * cuts * m.inner));
  const Size pieces = std::max<Size>(1, task / std::max<Size>(1, m.n * std::min(m.inner, tile)));
  parallel_for(m.outer * cuts * tiles, pieces, [&](Size begin, Size end) {
    for (Size i = begin; i < end; ++i) {
      const Size column = i % tiles * tile, cut = i / tiles % cuts, o = i / tiles / cuts;
      const Size first = cut * rows, count = std::min(rows, m.n - first);
      fold(parts.data() + (o * cuts + cut) * m.inner + column,
           x + (o * m.n + first) * m.inner + column, count, m.inner,
           std::min(tile, m.inner - column), kind);
    }
  });
  parallel_for(m.outer * m.inner, std::max<Size>(1, task / cuts), [&](Size begin, Size end) {
    for (Size i = begin; i < end; ++i) {
      const double* part = parts.data() + i / m.inner * cuts * m.inner + i % m.inner;
      double total = part[0];
      for (Size c = 1; c < cuts; ++c) total = combined(total, part[c * m.inner], kind);
      y[i] = (accumulate ? y[i] : 0) + static_cast<real>(total);
    }
  });
}

}  // namespace dlt::kernels
#endif
