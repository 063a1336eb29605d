#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss_classes.cpp"
#include "base/parallel.h"
#include "kernels/loss.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"
#include "kernels/softmax.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

// sum_c w_c (lse - x_c); w null: ones.
real spread_loss(const real* x, const real* w, real lse, Size n) {
  return row_sum(n, [=](auto d, Size j) {
    const auto u = hn::Sub(hn::Set(d, lse), at(d, x, j));
    return w == nullptr ? u : hn::Mul(at(d, w, j), u);
  });
}

// dx += mass e^(x - lse) - spread w
void class_pull(real* dx, const real* x, const real* w, real lse, real mass, real spread, Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto p = Exp(d, hn::Sub(at(d, x, j), hn::Set(d, lse)));
    const auto s = hn::Set(d, spread);
    const auto even = w == nullptr ? s : hn::Mul(s, at(d, w, j));
    put(d, dx, j, hn::Add(at(d, dx, j), hn::MulSub(hn::Set(d, mass), p, even)));
  });
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(spread_loss);
HWY_EXPORT(class_pull);

void class_losses(real* losses, real* lse, const real* x, const ClassTargets& t, Size rows,
                  Size cols) noexcept {
  parallel_each(rows, 4 * cols, [=](Size r) {
    const real* in = x + r * cols;
    const std::int32_t wanted = t.classes[r];
    losses[r] = lse[r] = 0;
    if (wanted < 0) return;
    lse[r] = log_sum_exp(in, cols);
    const real w = t.weight == nullptr ? 1 : t.weight[wanted];
    losses[r] = (1 - t.smoothing) * w * (lse[r] - in[wanted]);
    if (t.smoothing == 0) return;
    const real spread = HWY_DYNAMIC_DISPATCH(spread_loss)(in, t.weight, lse[r], cols);
    losses[r] += t.smoothing / static_cast<real>(cols) * spread;
  });
}

void class_losses_backward(real* dx, const real* dy, const real* x, const real* lse,
                           const ClassTargets& t, Size rows, Size cols) noexcept {
  const auto classes = static_cast<real>(cols);
  const real even = t.smoothing / classes;
  const real weights = t.weight == nullptr ? classes : sum(t.weight, cols);
  parallel_each(rows, 4 * cols, [=](Size r) {
    const std::int32_t wanted = t.classes[r];
    if (wanted < 0) return;
    const real peak = (1 - t.smoothing) * (t.weight == nullptr ? 1 : t.weight[wanted]);
    real* out = dx + r * cols;
    HWY_DYNAMIC_DISPATCH(class_pull)
    (out, x + r * cols, t.weight, lse[r], dy[r] * (peak + even * weights), dy[r] * even, cols);
    out[wanted] -= dy[r] * peak;
  });
}

}  // namespace dlt::kernels
#endif
