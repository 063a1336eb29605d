#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm.cpp"
#include "kernels/norm.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

template <class D>
HWY_INLINE hn::Vec<D> at_or_one(D d, const real* weight, Size j) {
  return weight == nullptr ? hn::Set(d, real(1)) : at(d, weight, j);
}

void norm_forward(real* y, real* stats, const real* x, const real* weight, const real* bias,
                  const NormSize& n, Size begin, Size end) {
  const auto inverse = 1 / static_cast<real>(n.cols);
  for (Size r = begin; r < end; ++r) {
    const real* in = x + r * n.cols;
    real* out = y + r * n.cols;
    const real mean = n.center == Center::yes
                          ? row_sum(n.cols, [&](auto d, Size j) { return at(d, in, j); }) * inverse
                          : real(0);
    const real squares = row_sum(n.cols, [&](auto d, Size j) {
      const auto u = hn::Sub(at(d, in, j), hn::Set(d, mean));
      return hn::Mul(u, u);
    });
    const real scale = 1 / std::sqrt(squares * inverse + n.epsilon);
    stats[2 * r] = mean;
    stats[2 * r + 1] = scale;
    for_row(n.cols, [&](auto d, Size j) {
      const auto u = hn::Mul(hn::Sub(at(d, in, j), hn::Set(d, mean)), hn::Set(d, scale));
      const auto w = at_or_one(d, weight, j);
      put(d, out, j, bias == nullptr ? hn::Mul(u, w) : hn::MulAdd(u, w, at(d, bias, j)));
    });
  }
}

// One chunk of rows; the sums over its rows go to partial [2, cols], if it is not null.
void norm_backward(const NormGrads& grads, const real* dy, const real* x, const real* weight,
                   const real* stats, const NormSize& n, real* partial, Size begin, Size end) {
  const auto inverse = 1 / static_cast<real>(n.cols);
  real *dweight = partial, *dbias = partial + n.cols;
  if (partial != nullptr) std::fill_n(partial, 2 * n.cols, real(0));
  for (Size r = begin; r < end; ++r) {
    const real *in = x + r * n.cols, *g = dy + r * n.cols;
    const real mean = stats[2 * r], scale = stats[2 * r + 1];
    const auto normed = [&](auto d, Size j) {
      return hn::Mul(hn::Sub(at(d, in, j), hn::Set(d, mean)), hn::Set(d, scale));
    };
    real along = 0, level = 0;
    along = row_sum(n.cols,
                    [&](auto d, Size j) {
                      const auto up = at(d, g, j), u = normed(d, j);
                      if (partial != nullptr) {
                        put(d, dweight, j, hn::MulAdd(up, u, at(d, dweight, j)));
                        put(d, dbias, j, hn::Add(up, at(d, dbias, j)));
                      }
                      return hn::Mul(hn::Mul(up, at_or_one(d, weight, j)), u);
                    }) *
            inverse;
    if (n.center == Center::yes) {
      level =
          row_sum(n.cols,
                  [&](auto d, Size j) { return hn::Mul(at(d, g, j), at_or_one(d, weight, j)); }) *
          inverse;
    }
    if (grads.dx == nullptr) continue;
    real* out = grads.dx + r * n.cols;
    for_row(n.cols, [&](auto d, Size j) {
      const auto pull = hn::MulAdd(normed(d, j), hn::Set(d, along), hn::Set(d, level));
      const auto v =
          hn::Mul(hn::Set(d, scale), hn::MulSub(at(d, g, j), at_or_one(d, weight, j), pull));
      put(d, out, j, grads.accumulate ? hn::Add(v, at(d, out, j)) : v);
    });
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {

HWY_EXPORT(norm_forward);
HWY_EXPORT(norm_backward);

void norm_forward(real* y, real* stats, const real* x, const real* weight, const real* bias,
                  const NormSize& n) noexcept {
  parallel_for(n.rows, std::max<Size>(1, 8192 / n.cols), [&](Size begin, Size end) {
    HWY_DYNAMIC_DISPATCH(norm_forward)(y, stats, x, weight, bias, n, begin, end);
  });
}

void norm_backward(const NormGrads& grads, const real* dy, const real* x, const real* weight,
                   const real* stats, const NormSize& n) noexcept {
  const Size chunks = (n.rows + norm_chunk - 1) / norm_chunk;
  const bool sums = grads.dweight != nullptr || grads.dbias != nullptr;
  parallel_for(chunks, 1, [&](Size begin, Size end) {
    for (Size c = begin; c < end; ++c) {
      HWY_DYNAMIC_DISPATCH(norm_backward)
      (grads, dy, x, weight, stats, n, sums ? grads.partial + 2 * n.cols * c : nullptr,
       c * norm_chunk, std::min(n.rows, (c + 1) * norm_chunk));
    }
  });
  for (Size c = 0; c < chunks; ++c) {
    const real* part = grads.partial + 2 * n.cols * c;
    for (Size j = 0; grads.dweight != nullptr && j < n.cols; ++j) grads.dweight[j] += part[j];
    for (Size j = 0; grads.dbias != nullptr && j < n.cols; ++j) grads.dbias[j] += part[n.cols + j];
  }
}

}  // namespace dlt::kernels
#endif
