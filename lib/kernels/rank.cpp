#include "kernels/rank.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/parallel.h"

namespace dlt::kernels {
namespace {

struct Ranked {
  real value;
  std::int32_t index;
};

bool larger(real a, real b) { return a > b || (std::isnan(a) && !std::isnan(b)); }

// f(first element of column c of x, c)
template <class F>
void by_columns(const Middle& m, const F& f) {
  parallel_each(m.outer * m.inner, 4 * m.n,
                [&](Size c) { f(c / m.inner * m.n * m.inner + c % m.inner, c); });
}

}  // namespace

void argmax(std::int32_t* index, const real* x, const Middle& m) noexcept {
  by_columns(m, [&](Size first, Size c) {
    Size best = 0;
    for (Size j = 1; j < m.n; ++j) {
      if (larger(x[first + j * m.inner], x[first + best * m.inner])) best = j;
    }
    index[c] = static_cast<std::int32_t>(best);
  });
}

void rank(real* values, std::int32_t* index, const real* x, Size k, Order order,
          const Middle& m) noexcept {
  by_columns(m, [&](Size first, Size c) {
    std::vector<Ranked> all(static_cast<std::size_t>(m.n));
    for (Size j = 0; j < m.n; ++j) {
      all[static_cast<std::size_t>(j)] = {x[first + j * m.inner], static_cast<std::int32_t>(j)};
    }
    const auto before = [order](const Ranked& a, const Ranked& b) {
      const bool down = order == Order::descending;
      if (larger(a.value, b.value)) return down;
      if (larger(b.value, a.value)) return !down;
      return a.index < b.index;
    };
    if (k == m.n) {
      std::sort(all.begin(), all.end(), before);
    } else {
      std::partial_sort(all.begin(), all.begin() + k, all.end(), before);
    }
    const Size to = c / m.inner * k * m.inner + c % m.inner;
    for (Size j = 0; j < k; ++j) {
      values[to + j * m.inner] = all[static_cast<std::size_t>(j)].value;
      index[to + j * m.inner] = all[static_cast<std::size_t>(j)].index;
    }
  });
}

void rank_backward(real* dx, const real* dvalues, const std::int32_t* index, Size k,
                   const Middle& m) noexcept {
  by_columns(m, [&](Size first, Size c) {
    const Size from = c / m.inner * k * m.inner + c % m.inner;
    for (Size j = 0; j < k; ++j) {
      dx[first + index[from + j * m.inner] * m.inner] += dvalues[from + j * m.inner];
    }
  });
}

}  // namespace dlt::kernels
