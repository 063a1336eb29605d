// clang-format off: simd-inl.h comes first
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optim.cpp"
#include "kernels/simd-inl.h"
// clang-format on

#include <type_traits>

#include "base/parallel.h"
#include "kernels/optim.h"
#include "kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

template <class D>
HWY_INLINE hn::Vec<D> all(D d, double x) {
  return hn::Set(d, static_cast<real>(x));
}

template <class D>
HWY_INLINE hn::Vec<D> slope(D d, const OptimArrays& a, const Slope& s, Size j) {
  return hn::MulAdd(all(d, s.l2), at(d, a.w, j), hn::Mul(all(d, s.scale), at(d, a.grad, j)));
}

template <class D>
HWY_INLINE void change(D d, const OptimArrays& a, const Slope& s, Size j, hn::Vec<D> by) {
  put(d, a.w, j, hn::MulSub(at(d, a.w, j), all(d, s.keep), by));
}

// mean = keep mean + (1 - keep) x y, stored and returned.
template <class D>
HWY_INLINE hn::Vec<D> average(D d, real* mean, Size j, double keep, hn::Vec<D> x, hn::Vec<D> y) {
  const auto rest = hn::Mul(all(d, 1 - keep), x);
  const auto now = hn::MulAdd(rest, y, hn::Mul(all(d, keep), at(d, mean, j)));
  put(d, mean, j, now);
  return now;
}

template <class D>
HWY_INLINE hn::Vec<D> average(D d, real* mean, Size j, double keep, hn::Vec<D> x) {
  const auto now = hn::MulAdd(all(d, 1 - keep), x, hn::Mul(all(d, keep), at(d, mean, j)));
  put(d, mean, j, now);
  return now;
}

// The steps are taken by value: what no store can change is loaded once.

void sgd_chunk(const OptimArrays& a, SgdStep s) {
  real* b = a.state[0];
  for_row(a.size, [=](auto d, Size j) {
    const auto g = slope(d, a, s.slope, j);
    auto way = g;
    if (b != nullptr) {
      const auto speed = hn::MulAdd(all(d, s.take), g, hn::Mul(all(d, s.momentum), at(d, b, j)));
      put(d, b, j, speed);
      way = s.nesterov ? hn::MulAdd(all(d, s.momentum), speed, g) : speed;
    }
    change(d, a, s.slope, j, hn::Mul(all(d, s.lr), way));
  });
}

void adam_chunk(const OptimArrays& a, AdamStep s) {
  real *m = a.state[0], *v = a.state[1], *u = a.state[2];
  for_row(a.size, [=](auto d, Size j) {
    const auto g = slope(d, a, s.slope, j);
    const auto m1 = average(d, m, j, s.beta1, g);
    auto v1 = average(d, v, j, s.beta2, g, g);
    if (u != nullptr) {
      v1 = hn::Max(v1, at(d, u, j));
      put(d, u, j, v1);
    }
    const auto size = hn::MulAdd(hn::Sqrt(v1), all(d, s.root), all(d, s.epsilon));
    const auto way = hn::MulAdd(all(d, s.from_grad), g, hn::Mul(all(d, s.from_mean), m1));
    change(d, a, s.slope, j, hn::Div(way, size));
  });
}

void adamax_chunk(const OptimArrays& a, AdamaxStep s) {
  real *m = a.state[0], *u = a.state[1];
  for_row(a.size, [=](auto d, Size j) {
    const auto g = slope(d, a, s.slope, j);
    const auto m1 = average(d, m, j, s.beta1, g);
    const auto largest =
        hn::Max(hn::Mul(all(d, s.beta2), at(d, u, j)), hn::Add(hn::Abs(g), all(d, s.epsilon)));
    put(d, u, j, largest);
    change(d, a, s.slope, j, hn::Div(hn::Mul(all(d, s.rate), m1), largest));
  });
}

void rmsprop_chunk(const OptimArrays& a, RmspropStep s) {
  real *v = a.state[0], *mean = a.state[1], *b = a.state[2];
  for_row(a.size, [=](auto d, Size j) {
    const auto g = slope(d, a, s.slope, j);
    auto variance = average(d, v, j, s.alpha, g, g);
    if (mean != nullptr) {
      const auto center = average(d, mean, j, s.alpha, g);
      variance = hn::Max(hn::NegMulAdd(center, center, variance), hn::Zero(d));
    }
    auto way = hn::Div(g, hn::Add(hn::Sqrt(variance), all(d, s.epsilon)));
    if (b != nullptr) {
      way = hn::MulAdd(all(d, s.momentum), at(d, b, j), way);
      put(d, b, j, way);
    }
    change(d, a, s.slope, j, hn::Mul(all(d, s.lr), way));
  });
}

void adagrad_chunk(const OptimArrays& a, AdagradStep s) {
  real* sum = a.state[0];
  for_row(a.size, [=](auto d, Size j) {
    const auto g = slope(d, a, s.slope, j);
    const auto total = hn::MulAdd(g, g, at(d, sum, j));
    put(d, sum, j, total);
    const auto size = hn::Add(hn::Sqrt(total), all(d, s.epsilon));
    change(d, a, s.slope, j, hn::Div(hn::Mul(all(d, s.rate), g), size));
  });
}

void adadelta_chunk(const OptimArrays& a, AdadeltaStep s) {
  real *v = a.state[0], *moved = a.state[1];
  for_row(a.size, [=](auto d, Size j) {
    const auto g = slope(d, a, s.slope, j);
    const auto epsilon = all(d, s.epsilon);
    const auto size = hn::Sqrt(hn::Add(average(d, v, j, s.rho, g, g), epsilon));
    const auto way = hn::Mul(hn::Div(hn::Sqrt(hn::Add(at(d, moved, j), epsilon)), size), g);
    average(d, moved, j, s.rho, way, way);
    change(d, a, s.slope, j, hn::Mul(all(d, s.lr), way));
  });
}

void average_chunk(real* mean, const real* x, double keep, Size n) {
  for_row(n, [=](auto d, Size j) { average(d, mean, j, keep, at(d, x, j)); });
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
namespace {

// chunk(part of the arrays, step) for every part of them.
template <class Step>
void in_parts(const OptimArrays& a, const Step& step, void (*chunk)(const OptimArrays&, Step)) {
  parallel_for(a.size, worth_a_thread, [&](Size begin, Size end) {
    OptimArrays part{a.w + begin, a.grad + begin, a.state, end - begin};
    for (real*& s : part.state) s = s == nullptr ? nullptr : s + begin;
    chunk(part, step);
  });
}

}  // namespace

HWY_EXPORT(sgd_chunk);
HWY_EXPORT(adam_chunk);
HWY_EXPORT(adamax_chunk);
HWY_EXPORT(rmsprop_chunk);
HWY_EXPORT(adagrad_chunk);
HWY_EXPORT(adadelta_chunk);
HWY_EXPORT(average_chunk);
HWY_EXPORT(squares_chunk);

void sgd(const OptimArrays& a, const SgdStep& s) noexcept {
  in_parts(a, s, HWY_DYNAMIC_DISPATCH(sgd_chunk));
}

void adam(const OptimArrays& a, const AdamStep& s) noexcept {
  in_parts(a, s, HWY_DYNAMIC_DISPATCH(adam_chunk));
}

void adamax(const OptimArrays& a, const AdamaxStep& s) noexcept {
  in_parts(a, s, HWY_DYNAMIC_DISPATCH(adamax_chunk));
}

void rmsprop(const OptimArrays& a, const RmspropStep& s) noexcept {
  in_parts(a, s, HWY_DYNAMIC_DISPATCH(rmsprop_chunk));
}

void adagrad(const OptimArrays& a, const AdagradStep& s) noexcept {
  in_parts(a, s, HWY_DYNAMIC_DISPATCH(adagrad_chunk));
}

void adadelta(const OptimArrays& a, const AdadeltaStep& s) noexcept {
  in_parts(a, s, HWY_DYNAMIC_DISPATCH(adadelta_chunk));
}

void move_average(real* mean, const real* x, double keep, Size n) noexcept {
  parallel_for(n, worth_a_thread, [&](Size begin, Size end) {
    HWY_DYNAMIC_DISPATCH(average_chunk)(mean + begin, x + begin, keep, end - begin);
  });
}

double sum_of_squares(const real* x, Size n) noexcept {
  return parallel_sum(n, worth_a_thread, [&](Size begin, Size end) {
    return HWY_DYNAMIC_DISPATCH(squares_chunk)(x + begin, end - begin);
  });
}

}  // namespace dlt::kernels
#endif
