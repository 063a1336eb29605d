#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cpp"
#include "kernels/softmax.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

real row_max(const real* x, Size n) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  if (n < lanes) return *std::max_element(x, x + n);
  auto top = at(d, x, 0), top2 = top, top3 = top, top4 = top;  // four hide the latency
  Size j = lanes;
  for (; j + 4 * lanes <= n; j += 4 * lanes) {
    top = hn::Max(top, at(d, x, j));
    top2 = hn::Max(top2, at(d, x, j + lanes));
    top3 = hn::Max(top3, at(d, x, j + 2 * lanes));
    top4 = hn::Max(top4, at(d, x, j + 3 * lanes));
  }
  top = hn::Max(hn::Max(top, top2), hn::Max(top3, top4));
  for (; j + lanes <= n; j += lanes) top = hn::Max(top, at(d, x, j));
  top = hn::Max(top, at(d, x, n - lanes));  // overlaps: harmless for a maximum
  return hn::GetLane(hn::MaxOfLanes(d, top));
}

real exp_row(real* y, const real* x, real shift, Size n) {
  return row_sum(n, [=](auto d, Size j) {
    const auto e = ExpOfNegative(d, hn::Sub(at(d, x, j), hn::Set(d, shift)));
    put(d, y, j, e);
    return e;
  });
}

real sum_exp(const real* x, real shift, Size n) {
  return row_sum(
      n, [=](auto d, Size j) { return ExpOfNegative(d, hn::Sub(at(d, x, j), hn::Set(d, shift))); });
}

real dot(const real* a, const real* b, Size n) {
  return row_sum(n, [=](auto d, Size j) { return hn::Mul(at(d, a, j), at(d, b, j)); });
}

void scale_row(real* x, real factor, Size n) {
  for_row(n, [=](auto d, Size j) { put(d, x, j, hn::Mul(at(d, x, j), hn::Set(d, factor))); });
}

// x = x factor - level
void scale_and_lower(real* x, real factor, real level, Size n) {
  for_row(n, [=](auto d, Size j) {
    put(d, x, j, hn::MulSub(at(d, x, j), hn::Set(d, factor), hn::Set(d, level)));
  });
}

void softmax_pull(real* dx, const real* dy, const real* y, real level, bool accumulate, Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto g = hn::Mul(at(d, y, j), hn::Sub(at(d, dy, j), hn::Set(d, level)));
    put(d, dx, j, accumulate ? hn::Add(g, at(d, dx, j)) : g);
  });
}

real sum(const real* x, Size n) {
  return row_sum(n, [=](auto d, Size j) { return at(d, x, j); });
}

void lower_row(real* y, const real* x, real top, real log_sum, Size n) {
  for_row(n, [=](auto d, Size j) {
    put(d, y, j, hn::Sub(hn::Sub(at(d, x, j), hn::Set(d, top)), hn::Set(d, log_sum)));
  });
}

void log_softmax_pull(real* dx, const real* dy, const real* y, real level, bool accumulate,
                      Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto g = hn::NegMulAdd(ExpOfNegative(d, at(d, y, j)), hn::Set(d, level), at(d, dy, j));
    put(d, dx, j, accumulate ? hn::Add(g, at(d, dx, j)) : g);
  });
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
constexpr Size cost = 4;  // of an exponential

HWY_EXPORT(row_max);
HWY_EXPORT(exp_row);
HWY_EXPORT(sum_exp);
HWY_EXPORT(dot);
HWY_EXPORT(scale_row);
HWY_EXPORT(scale_and_lower);
HWY_EXPORT(softmax_pull);
HWY_EXPORT(sum);
HWY_EXPORT(lower_row);
HWY_EXPORT(log_softmax_pull);

real dot(const real* a, const real* b, Size n) noexcept {
  return HWY_DYNAMIC_DISPATCH(dot)(a, b, n);
}

real sum(const real* x, Size n) noexcept { return HWY_DYNAMIC_DISPATCH(sum)(x, n); }

real log_sum_exp(const real* x, Size n) noexcept {
  const real top = HWY_DYNAMIC_DISPATCH(row_max)(x, n);
  return top + std::log(HWY_DYNAMIC_DISPATCH(sum_exp)(x, top, n));
}

void scale_row(real* x, real factor, Size n) noexcept {
  HWY_DYNAMIC_DISPATCH(scale_row)(x, factor, n);
}

void softmax_pull(real* g, const real* p, real level, Size cols) noexcept {
  HWY_DYNAMIC_DISPATCH(softmax_pull)(g, g, p, level, false, cols);
}

real exp_row(real* x, real* top, Size used, Size cols) noexcept {
  *top = HWY_DYNAMIC_DISPATCH(row_max)(x, used);
  std::fill(x + used, x + cols, real(0));
  return HWY_DYNAMIC_DISPATCH(exp_row)(x, x, *top, used);
}

void exp_row_shifted(real* x, real shift, Size used, Size cols) noexcept {
  HWY_DYNAMIC_DISPATCH(exp_row)(x, x, shift, used);
  std::fill(x + used, x + cols, real(0));
}

void softmax_forward(real* y, const real* x, Size rows, Size cols) noexcept {
  parallel_each(rows, cost * cols, [=](Size r) {
    const real* in = x + r * cols;
    const real top = HWY_DYNAMIC_DISPATCH(row_max)(in, cols);
    const real total = HWY_DYNAMIC_DISPATCH(exp_row)(y + r * cols, in, top, cols);
    scale_row(y + r * cols, 1 / total, cols);
  });
}

void softmax_backward(real* dx, const real* dy, const real* y, bool accumulate, Size rows,
                      Size cols) noexcept {
  parallel_each(rows, cost * cols, [=](Size r) {
    const real *g = dy + r * cols, *p = y + r * cols;
    HWY_DYNAMIC_DISPATCH(softmax_pull)(dx + r * cols, g, p, dot(g, p, cols), accumulate, cols);
  });
}

void log_softmax_forward(real* y, const real* x, Size rows, Size cols) noexcept {
  parallel_each(rows, cost * cols, [=](Size r) {
    const real* in = x + r * cols;
    const real top = HWY_DYNAMIC_DISPATCH(row_max)(in, cols);
    const real total = HWY_DYNAMIC_DISPATCH(sum_exp)(in, top, cols);
    HWY_DYNAMIC_DISPATCH(lower_row)(y + r * cols, in, top, std::log(total), cols);
  });
}

void log_softmax_backward(real* dx, const real* dy, const real* y, bool accumulate, Size rows,
                          Size cols) noexcept {
  parallel_each(rows, cost * cols, [=](Size r) {
    const real* g = dy + r * cols;
    const real level = sum(g, cols);
    HWY_DYNAMIC_DISPATCH(log_softmax_pull)
    (dx + r * cols, g, y + r * cols, level, accumulate, cols);
  });
}

void cross_entropy(real* losses, real* gradient, const real* x, const std::int32_t* targets,
                   real factor, real smoothing, Size rows, Size cols) noexcept {
  const real even = smoothing / static_cast<real>(cols);
  parallel_each(rows, cost * cols, [=](Size r) {
    const real* in = x + r * cols;
    const std::int32_t target = targets[r];
    real* out = gradient == nullptr ? nullptr : gradient + r * cols;
    if (target < 0) {
      losses[r] = 0;
      if (out != nullptr) std::fill_n(out, cols, real(0));
      return;
    }
    const real wanted = (1 - smoothing) * in[target] + (even == 0 ? 0 : even * sum(in, cols));
    const real top = HWY_DYNAMIC_DISPATCH(row_max)(in, cols);
    const real total = out == nullptr ? HWY_DYNAMIC_DISPATCH(sum_exp)(in, top, cols)
                                      : HWY_DYNAMIC_DISPATCH(exp_row)(out, in, top, cols);
    losses[r] = top + std::log(total) - wanted;
    if (out == nullptr) return;
    HWY_DYNAMIC_DISPATCH(scale_and_lower)(out, factor / total, factor * even, cols);
    out[target] -= factor * (1 - smoothing);
  });
}

}  // namespace dlt::kernels
#endif
