// clang-format off: simd-inl.h comes first
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/adamw.cpp"
#include "kernels/simd-inl.h"
// clang-format on

#include <type_traits>

#include "base/parallel.h"
#include "kernels/adamw.h"
#include "kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

void adamw_chunk(real* w, real* m, real* v, const real* grad, const AdamWStep& s, Size n) {
  const auto scale = static_cast<real>(s.grad_scale);
  const auto beta1 = static_cast<real>(s.beta1), rest1 = static_cast<real>(1 - s.beta1);
  const auto beta2 = static_cast<real>(s.beta2), rest2 = static_cast<real>(1 - s.beta2);
  const auto keep = static_cast<real>(1 - s.lr * s.weight_decay);
  const auto rate = static_cast<real>(s.lr / s.correction1);
  const auto root = static_cast<real>(1 / s.correction2_root);
  const auto epsilon = static_cast<real>(s.epsilon);
  for_row(n, [&](auto d, Size j) {
    const auto g = hn::Mul(at(d, grad, j), hn::Set(d, scale));
    const auto m1 = hn::MulAdd(hn::Set(d, rest1), g, hn::Mul(hn::Set(d, beta1), at(d, m, j)));
    const auto v1 =
        hn::MulAdd(hn::Mul(hn::Set(d, rest2), g), g, hn::Mul(hn::Set(d, beta2), at(d, v, j)));
    const auto size = hn::MulAdd(hn::Sqrt(v1), hn::Set(d, root), hn::Set(d, epsilon));
    const auto change = hn::Mul(hn::Set(d, rate), hn::Div(m1, size));
    put(d, m, j, m1);
    put(d, v, j, v1);
    put(d, w, j, hn::MulSub(at(d, w, j), hn::Set(d, keep), change));
  });
}

template <class D, class V>
HWY_INLINE hn::Vec<D> promoted(D d, V v) {
  if constexpr (std::is_same_v<V, hn::Vec<D>>) {
    return v;
  } else {
    return hn::PromoteTo(d, v);
  }
}

// In double, so that neither the square of a large gradient nor a long sum loses anything.
double squares_chunk(const real* x, Size n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<real, decltype(d)> narrow;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  const auto wide = [&](Size j) { return promoted(d, hn::LoadU(narrow, x + j)); };
  auto even = hn::Zero(d), odd = hn::Zero(d);
  Size j = 0;
  for (; j + 2 * lanes <= n; j += 2 * lanes) {
    const auto a = wide(j), b = wide(j + lanes);
    even = hn::MulAdd(a, a, even);
    odd = hn::MulAdd(b, b, odd);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; j < n; ++j) total += static_cast<double>(x[j]) * static_cast<double>(x[j]);
  return total;
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {

HWY_EXPORT(adamw_chunk);
HWY_EXPORT(squares_chunk);

constexpr Size grain = 16384;

void adamw(real* w, real* m, real* v, const real* grad, const AdamWStep& step, Size n) noexcept {
  parallel_for(n, grain, [&](Size begin, Size end) {
    HWY_DYNAMIC_DISPATCH(adamw_chunk)
    (w + begin, m + begin, v + begin, grad + begin, step, end - begin);
  });
}

double sum_of_squares(const real* x, Size n) noexcept {
  return parallel_sum(n, grain, [&](Size begin, Size end) {
    return HWY_DYNAMIC_DISPATCH(squares_chunk)(x + begin, end - begin);
  });
}

}  // namespace dlt::kernels
#endif
