#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/recurrent.cpp"
#include "kernels/recurrent.h"

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

// v (1 - v), the slope of a sigmoid with value v.
template <class D, class V = hn::Vec<D>>
V sigmoid_slope(D, V v) {
  return hn::NegMulAdd(v, v, v);
}

// 1 - v^2, the slope of a tanh with value v.
template <class D, class V = hn::Vec<D>>
V tanh_slope(D d, V v) {
  return hn::NegMulAdd(v, v, hn::Set(d, 1));
}

void rnn_row(real* y, Size n) {
  for_row(n, [=](auto d, Size j) { put(d, y, j, Tanh(d, at(d, y, j))); });
}

void rnn_pull(real* dgates, const real* dy, const real* carry, const real* y, Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto g = hn::Add(at(d, dy, j), at(d, carry, j));
    put(d, dgates, j, hn::Mul(g, tanh_slope(d, at(d, y, j))));
  });
}

void lstm_row(real* y, real* c, real* gates, const real* before, Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto i = Sigmoid(d, at(d, gates, j)), f = Sigmoid(d, at(d, gates, n + j));
    const auto g = Tanh(d, at(d, gates, 2 * n + j)), o = Sigmoid(d, at(d, gates, 3 * n + j));
    const auto cell = hn::MulAdd(f, at(d, before, j), hn::Mul(i, g));
    put(d, gates, j, i);
    put(d, gates, n + j, f);
    put(d, gates, 2 * n + j, g);
    put(d, gates, 3 * n + j, o);
    put(d, c, j, cell);
    put(d, y, j, hn::Mul(o, Tanh(d, cell)));
  });
}

void lstm_pull(real* dgates, real* carry_c, const real* dy, const real* carry, const LstmStep& s,
               Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto i = at(d, s.gates, j), f = at(d, s.gates, n + j);
    const auto g = at(d, s.gates, 2 * n + j), o = at(d, s.gates, 3 * n + j);
    const auto squashed = Tanh(d, at(d, s.c, j));
    const auto dh = hn::Add(at(d, dy, j), at(d, carry, j));
    const auto dc = hn::MulAdd(hn::Mul(dh, o), tanh_slope(d, squashed), at(d, carry_c, j));
    put(d, dgates, j, hn::Mul(hn::Mul(dc, g), sigmoid_slope(d, i)));
    put(d, dgates, n + j, hn::Mul(hn::Mul(dc, at(d, s.c_before, j)), sigmoid_slope(d, f)));
    put(d, dgates, 2 * n + j, hn::Mul(hn::Mul(dc, i), tanh_slope(d, g)));
    put(d, dgates, 3 * n + j, hn::Mul(hn::Mul(dh, squashed), sigmoid_slope(d, o)));
    put(d, carry_c, j, hn::Mul(dc, f));
  });
}

void gru_row(real* y, real* gates, const real* hidden, const real* before, Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto both = [=](Size k) { return hn::Add(at(d, gates, k), at(d, hidden, k)); };
    const auto r = Sigmoid(d, both(j)), z = Sigmoid(d, both(n + j));
    const auto fresh = Tanh(d, hn::MulAdd(r, at(d, hidden, 2 * n + j), at(d, gates, 2 * n + j)));
    put(d, gates, j, r);
    put(d, gates, n + j, z);
    put(d, gates, 2 * n + j, fresh);
    put(d, y, j, hn::MulAdd(z, hn::Sub(at(d, before, j), fresh), fresh));
  });
}

void gru_pull(real* dgates, real* dhidden, real* carry, const real* dy, const GruStep& s, Size n) {
  for_row(n, [=](auto d, Size j) {
    const auto r = at(d, s.gates, j), z = at(d, s.gates, n + j), fresh = at(d, s.gates, 2 * n + j);
    const auto dh = hn::Add(at(d, dy, j), at(d, carry, j)), kept = hn::Mul(dh, z);
    const auto dfresh = hn::Mul(hn::Sub(dh, kept), tanh_slope(d, fresh));
    const auto dr = hn::Mul(hn::Mul(dfresh, at(d, s.from_hidden, 2 * n + j)), sigmoid_slope(d, r));
    const auto dz = hn::Mul(hn::Mul(dh, hn::Sub(at(d, s.h_before, j), fresh)), sigmoid_slope(d, z));
    for (real* out : {dgates, dhidden}) {
      put(d, out, j, dr);
      put(d, out, n + j, dz);
    }
    put(d, dgates, 2 * n + j, dfresh);
    put(d, dhidden, 2 * n + j, hn::Mul(dfresh, r));
    put(d, carry, j, kept);
  });
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
namespace {

// f(row of this step, row of the step before, row of a dense [batch, hidden])
template <class F>
void each_sequence(const StepSize& n, const F& f) {
  parallel_each(n.batch, 4 * n.hidden,
                [&](Size b) { f(b * n.rows * n.hidden, b * n.before * n.hidden, b * n.hidden); });
}

}  // namespace

HWY_EXPORT(rnn_row);
HWY_EXPORT(rnn_pull);
HWY_EXPORT(lstm_row);
HWY_EXPORT(lstm_pull);
HWY_EXPORT(gru_row);
HWY_EXPORT(gru_pull);

void rnn_step(real* y, const StepSize& n) noexcept {
  each_sequence(n, [&](Size at, Size, Size) { HWY_DYNAMIC_DISPATCH(rnn_row)(y + at, n.hidden); });
}

void rnn_step_backward(real* dgates, const real* dy, const real* carry, const real* y,
                       const StepSize& n) noexcept {
  each_sequence(n, [&](Size at, Size, Size own) {
    HWY_DYNAMIC_DISPATCH(rnn_pull)(dgates + at, dy + at, carry + own, y + at, n.hidden);
  });
}

void lstm_step(real* y, real* c, real* gates, const real* c_before, const StepSize& n) noexcept {
  each_sequence(n, [&](Size at, Size before, Size) {
    HWY_DYNAMIC_DISPATCH(lstm_row)(y + at, c + at, gates + 4 * at, c_before + before, n.hidden);
  });
}

void lstm_step_backward(real* dgates, real* carry_c, const real* dy, const real* carry,
                        const LstmStep& s, const StepSize& n) noexcept {
  each_sequence(n, [&](Size at, Size before, Size own) {
    HWY_DYNAMIC_DISPATCH(lstm_pull)
    (dgates + 4 * at, carry_c + own, dy + at, carry + own,
     {s.gates + 4 * at, s.c + at, s.c_before + before}, n.hidden);
  });
}

void gru_step(real* y, real* gates, const real* from_hidden, const real* h_before,
              const StepSize& n) noexcept {
  each_sequence(n, [&](Size at, Size before, Size) {
    HWY_DYNAMIC_DISPATCH(gru_row)
    (y + at, gates + 3 * at, from_hidden + 3 * at, h_before + before, n.hidden);
  });
}

void gru_step_backward(real* dgates, real* dfrom_hidden, real* carry, const real* dy,
                       const GruStep& s, const StepSize& n) noexcept {
  each_sequence(n, [&](Size at, Size before, Size own) {
    HWY_DYNAMIC_DISPATCH(gru_pull)
    (dgates + 3 * at, dfrom_hidden + 3 * at, carry + own, dy + at,
     {s.gates + 3 * at, s.from_hidden + 3 * at, s.h_before + before}, n.hidden);
  });
}

}  // namespace dlt::kernels
#endif
