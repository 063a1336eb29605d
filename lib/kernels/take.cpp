#include "kernels/take.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/pointwise.h"

namespace dlt::kernels {
void take(real* y, const real* x, const std::int32_t* index, const Take& t) noexcept {
  if (t.inner == 0) return;
  parallel_for(t.outer * t.out, std::max<Size>(1, worth_a_thread / t.inner), [=](Size i, Size end) {
    while (i < end) {
      const Size line = i / t.out, first = i % t.out;
      const Size n = std::min(t.out - first, end - i);
      const real* from = x + line * t.in * t.inner;
      real* to = y + i * t.inner;
      for (Size j = 0; j < n; ++j) {
        if (t.inner == 1) {
          to[j] = from[index[first + j]];
        } else {
          std::copy_n(from + index[first + j] * t.inner, t.inner, to + j * t.inner);
        }
      }
      i += n;
    }
  });
}

// Split by outer and by columns, so that every sum is added by one thread.
void take_backward(real* dx, const real* dy, const std::int32_t* index, const Take& t) noexcept {
  if (t.inner == 0 || t.out == 0) return;
  const Size width = std::min<Size>(t.inner, 256), columns = (t.inner + width - 1) / width;
  parallel_each(t.outer * columns, width * t.out, [=](Size i) {
    const Size column = i % columns * width, n = std::min(width, t.inner - column);
    real* to = dx + i / columns * t.in * t.inner + column;
    const real* from = dy + i / columns * t.out * t.inner + column;
    for (Size j = 0; j < t.out; ++j, from += t.inner) {
      if (index[j] < 0) continue;
      real* row = to + index[j] * t.inner;
      if (n == 1) {
        *row += *from;
      } else {
        add(row, row, from, n);
      }
    }
  });
}

void gather(real* y, const real* x, const Size* at, Size n) noexcept {
  parallel_for(n, worth_a_thread, [=](Size begin, Size end) {
    for (Size i = begin; i < end; ++i) y[i] = x[at[i]];
  });
}

void scatter_add(real* y, const real* x, const Size* at, Size groups, Size n) noexcept {
  if (groups == 0 || n == 0) return;
  const Size width = n / groups;
  parallel_each(groups, width, [=](Size g) {
    for (Size i = g * width; i < (g + 1) * width; ++i) y[at[i]] += x[i];
  });
}

}  // namespace dlt::kernels
