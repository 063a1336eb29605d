// clang-format off: simd-inl.h comes first
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/glove.cpp"
#include "kernels/simd-inl.h"
// clang-format on

#include <cmath>

#include "kernels/glove.h"
#include "kernels/simd_functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Wide = hn::CappedTag<real, glove_step>;

HWY_INLINE double glove_dot(const real* a, const real* b, Size width) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  auto sum = hn::Zero(d);
  for (Size j = 0; j < width; j += lanes) {
    sum = hn::MulAdd(hn::Load(d, a + j), hn::Load(d, b + j), sum);
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

// x -= s / sqrt(S), S += s^2
template <class V>
HWY_INLINE void adapt(real* x, real* squares, V s) {
  const Wide d;
  const auto sum = hn::Load(d, squares);
  hn::Store(hn::NegMulAdd(s, InverseSqrt(d, sum), hn::Load(d, x)), d, x);
  hn::Store(hn::MulAdd(s, s, sum), d, squares);
}

HWY_INLINE void adapt_one(real& x, real& squares, real s) {
  x -= s / std::sqrt(squares);
  squares += s * s;
}

double glove_chunk(const GloveSide& words, const GloveSide& contexts, Size width,
                   const GlovePair* pairs, Size n, double lr) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  double loss = 0;
  for (Size i = 0; i < n; ++i) {
    const GlovePair& p = pairs[i];
    const Size a = p.word * width, b = p.context * width;
    real *w = words.rows + a, *w2 = words.row_squares + a;
    real *c = contexts.rows + b, *c2 = contexts.row_squares + b;
    const double error = glove_dot(w, c, width) + words.biases[p.word] +
                         contexts.biases[p.context] - static_cast<double>(p.log_count);
    const double slope = static_cast<double>(p.weight) * error;
    loss += slope * error / 2;
    const auto step = static_cast<real>(lr * slope);
    const auto steps = hn::Set(d, step);
    for (Size j = 0; j < width; j += lanes) {
      const auto by_w = hn::Mul(steps, hn::Load(d, c + j));
      const auto by_c = hn::Mul(steps, hn::Load(d, w + j));
      adapt(w + j, w2 + j, by_w);
      adapt(c + j, c2 + j, by_c);
    }
    adapt_one(words.biases[p.word], words.bias_squares[p.word], step);
    adapt_one(contexts.biases[p.context], contexts.bias_squares[p.context], step);
  }
  return loss;
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace dlt::kernels {
HWY_EXPORT(glove_chunk);

double glove_pairs(const GloveSide& words, const GloveSide& contexts, Size width,
                   const GlovePair* pairs, Size n, double lr) noexcept {
  return HWY_DYNAMIC_DISPATCH(glove_chunk)(words, contexts, width, pairs, n, lr);
}

}  // namespace dlt::kernels
#endif
