#include "kernels/scan.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"

namespace dlt::kernels {
namespace {

constexpr Size tile = 64;

// f(first element, columns) for tiles of columns next to each other.
template <class F>
void by_tiles(const Middle& m, const F& f) {
  if (m.outer * m.n * m.inner == 0) return;
  const Size tiles = (m.inner + tile - 1) / tile;
  parallel_each(m.outer * tiles, m.n * std::min(tile, m.inner), [&](Size i) {
    const Size column = i % tiles * tile;
    f(i / tiles * m.n * m.inner + column, i / tiles * m.inner + column,
      std::min(tile, m.inner - column));
  });
}

// dx[k] += (product of x before k) s[k], s[k] = level(k) + x[k + 1] s[k + 1].
template <class Level>
void pull(real* dx, const real* x, Size n, Size step, const Level& level) {
  std::vector<double> before(static_cast<std::size_t>(n));
  double product = 1;
  for (Size k = 0; k < n; ++k) {
    before[static_cast<std::size_t>(k)] = product;
    product *= static_cast<double>(x[k * step]);
  }
  double after = 0;
  for (Size k = n; k-- > 0;) {
    const double next = k + 1 < n ? static_cast<double>(x[(k + 1) * step]) * after : 0;
    after = static_cast<double>(level(k)) + next;
    dx[k * step] += static_cast<real>(before[static_cast<std::size_t>(k)] * after);
  }
}

template <class F>
void by_columns(const Middle& m, const F& f) {
  by_tiles(m, [&](Size first, Size reduced, Size columns) {
    for (Size j = 0; j < columns; ++j) f(first + j, reduced + j);
  });
}

}  // namespace

void cumsum(real* y, const real* x, Toward toward, bool accumulate, const Middle& m) noexcept {
  by_tiles(m, [&](Size first, Size, Size columns) {
    double sums[tile] = {};
    for (Size k = 0; k < m.n; ++k) {
      const Size row = first + (toward == Toward::end ? k : m.n - 1 - k) * m.inner;
      for (Size j = 0; j < columns; ++j) {
        sums[j] += static_cast<double>(x[row + j]);
        y[row + j] = (accumulate ? y[row + j] : 0) + static_cast<real>(sums[j]);
      }
    }
  });
}

void cumprod(real* y, const real* x, const Middle& m) noexcept {
  by_tiles(m, [&](Size first, Size, Size columns) {
    double products[tile];
    std::fill_n(products, tile, 1.0);
    for (Size k = 0; k < m.n; ++k) {
      const Size row = first + k * m.inner;
      for (Size j = 0; j < columns; ++j) {
        products[j] *= static_cast<double>(x[row + j]);
        y[row + j] = static_cast<real>(products[j]);
      }
    }
  });
}

void cumprod_backward(real* dx, const real* dy, const real* x, const Middle& m) noexcept {
  by_columns(m, [&](Size first, Size) {
    pull(dx + first, x + first, m.n, m.inner, [&](Size k) { return dy[first + k * m.inner]; });
  });
}

void prod_backward(real* dx, const real* dy, const real* x, const Middle& m) noexcept {
  by_columns(m, [&](Size first, Size reduced) {
    pull(dx + first, x + first, m.n, m.inner,
         [&](Size k) { return k + 1 == m.n ? dy[reduced] : real(0); });
  });
}

}  // namespace dlt::kernels
