#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/channel_norm.cpp"
#include "kernels/channel_norm.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/softmax.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

real squares_around(const real* x, real center, Size n) {
  return row_sum(n, [=](auto d, Size j) {
    const auto u = hn::Sub(at(d, x, j), hn::Set(d, center));
    return hn::Mul(u, u);
  });
}

real product_around(const real* dy, const real* x, real center, Size n) {
  return row_sum(n, [=](auto d, Size j) {
    return hn::Mul(at(d, dy, j), hn::Sub(at(d, x, j), hn::Set(d, center)));
  });
}

void affine(real* y, const real* x, const Affine& a, Size n) {
  for_row(n, [&](auto d, Size j) {
    const auto u = hn::Sub(at(d, x, j), hn::Set(d, a.center));
    put(d, y, j, hn::MulAdd(u, hn::Set(d, a.factor), hn::Set(d, a.offset)));
  });
}

void pull(real* dx, const real* dy, const real* x, const Pulled& p, bool accumulate, Size n) {
  for_row(n, [&](auto d, Size j) {
    const auto u = hn::Sub(at(d, x, j), hn::Set(d, p.center));
    const auto bent = hn::MulAdd(u, hn::Set(d, p.slope), hn::Set(d, p.offset));
    const auto v = hn::MulAdd(at(d, dy, j), hn::Set(d, p.factor), bent);
    put(d, dx, j, accumulate ? hn::Add(v, at(d, dx, j)) : v);
  });
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
namespace {

constexpr Size piece = 4096;  // elements summed in float at a time; they stay in the first cache

// f(begin, n) for the pieces of a row.
template <class F>
void by_pieces(Size inner, const F& f) {
  for (Size i = 0; i < inner; i += piece) f(i, std::min(piece, inner - i));
}

}  // namespace

HWY_EXPORT(squares_around);
HWY_EXPORT(product_around);
HWY_EXPORT(affine);
HWY_EXPORT(pull);

void Moments::merge(const Moments& other) {
  const double total = count + other.count;
  if (total == 0) return;
  const double apart = other.mean - mean;
  mean += apart * (other.count / total);
  squares += other.squares + apart * apart * (count * (other.count / total));
  count = total;
}

void row_moments(Moments* moments, const real* x, Size rows, Size inner) noexcept {
  std::fill_n(moments, rows, Moments{});
  parallel_each(rows, inner, [=](Size r) {
    by_pieces(inner, [&](Size i, Size n) {
      const real* at = x + r * inner + i;
      const real mean = sum(at, n) / static_cast<real>(n);
      const real squares = HWY_DYNAMIC_DISPATCH(squares_around)(at, mean, n);
      moments[r].merge(
          {static_cast<double>(n), static_cast<double>(mean), static_cast<double>(squares)});
    });
  });
}

void affine_rows(real* y, const real* x, const Affine* by_row, Size rows, Size inner) noexcept {
  parallel_each(rows, inner, [=](Size r) {
    HWY_DYNAMIC_DISPATCH(affine)(y + r * inner, x + r * inner, by_row[r], inner);
  });
}

void row_pulls(Pulls* pulls, const real* dy, const real* x, const Affine* by_row, Size rows,
               Size inner) noexcept {
  std::fill_n(pulls, rows, Pulls{});
  parallel_each(rows, inner, [=](Size r) {
    by_pieces(inner, [&](Size i, Size n) {
      const real *g = dy + r * inner + i, *u = x + r * inner + i;
      pulls[r].plain += static_cast<double>(sum(g, n));
      pulls[r].along +=
          static_cast<double>(HWY_DYNAMIC_DISPATCH(product_around)(g, u, by_row[r].center, n));
    });
  });
}

void pull_rows(real* dx, const real* dy, const real* x, const Pulled* by_row, bool accumulate,
               Size rows, Size inner) noexcept {
  parallel_each(rows, inner, [=](Size r) {
    HWY_DYNAMIC_DISPATCH(pull)
    (dx + r * inner, dy + r * inner, x + r * inner, by_row[r], accumulate, inner);
  });
}

void exchange(real* y, const real* x, Size a, Size b, Size inner) noexcept {
  constexpr Size block = 16;  // of a and of b: their lines stay in the cache
  parallel_for((b + block - 1) / block, 1, [=](Size begin, Size end) {
    for (Size i = 0; i < a; i += block) {
      for (Size j = begin * block; j < std::min(b, end * block); ++j) {
        for (Size k = i; k < std::min(a, i + block); ++k) {
          std::copy_n(x + (k * b + j) * inner, inner, y + (j * a + k) * inner);
        }
      }
    }
  });
}

}  // namespace dlt::kernels
#endif
