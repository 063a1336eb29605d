#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/complex_scan.cpp"
#include "kernels/complex_scan.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

// Some vectors of complex numbers: a step waits for the one before it, so several sets of states go
// side by side.
template <class D, Size count>
struct Vectors {
  using V = hn::Vec<D>;
  V re[count], im[count];

  void fill_zero(D d) {
    for (Size j = 0; j < count; ++j) re[j] = im[j] = hn::Zero(d);
  }
  void load(D d, const real* a, const real* b) {
    const auto lanes = static_cast<Size>(hn::Lanes(d));
    for (Size j = 0; j < count; ++j) re[j] = at(d, a, j * lanes), im[j] = at(d, b, j * lanes);
  }
  void store(D d, real* a, real* b) const {
    const auto lanes = static_cast<Size>(hn::Lanes(d));
    for (Size j = 0; j < count; ++j) put(d, a, j * lanes, re[j]), put(d, b, j * lanes, im[j]);
  }
  void add(const Vectors& x) {
    for (Size j = 0; j < count; ++j) {
      re[j] = hn::Add(re[j], x.re[j]);
      im[j] = hn::Add(im[j], x.im[j]);
    }
  }
  void multiply(const Vectors& by) {
    for (Size j = 0; j < count; ++j) {
      const V r = re[j];
      re[j] = hn::NegMulAdd(im[j], by.im[j], hn::Mul(r, by.re[j]));
      im[j] = hn::MulAdd(im[j], by.re[j], hn::Mul(r, by.im[j]));
    }
  }
  void add_product_with_conjugate(const Vectors& x, const Vectors& y) {  // += x conj(y)
    for (Size j = 0; j < count; ++j) {
      re[j] = hn::MulAdd(x.im[j], y.im[j], hn::MulAdd(x.re[j], y.re[j], re[j]));
      im[j] = hn::NegMulAdd(x.re[j], y.im[j], hn::MulAdd(x.im[j], y.re[j], im[j]));
    }
  }
  void conjugate() {
    for (Size j = 0; j < count; ++j) im[j] = hn::Neg(im[j]);
  }
};

// Pointers at the first of some states of one sequence.
template <Size count, class D>
void scan_states(D d, real* h, const real* x, ComplexRow lambda, const real* start,
                 const ComplexScanSize& n) {
  using Numbers = Vectors<D, count>;
  Numbers factor, state;
  factor.load(d, lambda.re, lambda.im);
  state.fill_zero(d);
  if (start != nullptr) state.load(d, start, start + n.states);
  for (Size t = 0; t < n.time; ++t, h += 2 * n.states, x += 2 * n.states) {
    Numbers input;
    input.load(d, x, x + n.states);
    state.multiply(factor);
    state.add(input);
    state.store(d, h, h + n.states);
  }
}

// g_t = dh_t + conj(lambda) g_{t+1} is the gradient of x_t, and that of lambda is
// sum_t g_t conj(h_{t-1}). Sums are taken in stretches, so that they stay short.
template <Size count, class D>
void scan_states_backward(D d, const ComplexScanGradients& out, const real* dh, const real* h,
                          ComplexRow lambda, const real* start, const ComplexScanSize& n) {
  using Numbers = Vectors<D, count>;
  constexpr Size stretch = 128;
  const Size row = 2 * n.states;
  Numbers factor, g, total, sum;
  factor.load(d, lambda.re, lambda.im);
  factor.conjugate();
  g.fill_zero(d), total.fill_zero(d), sum.fill_zero(d);
  for (Size t = n.time; t-- > 0;) {
    Numbers now, before;
    now.load(d, dh + t * row, dh + t * row + n.states);
    g.multiply(factor);
    g.add(now);
    if (out.x != nullptr) {
      real* dx = out.x + t * row;
      now.load(d, dx, dx + n.states);
      now.add(g);
      now.store(d, dx, dx + n.states);
    }
    const real* previous = t > 0 ? h + (t - 1) * row : start;
    if (previous == nullptr) continue;
    before.load(d, previous, previous + n.states);
    sum.add_product_with_conjugate(g, before);
    if (t % stretch == 0) total.add(sum), sum.fill_zero(d);
  }
  total.add(sum);
  total.store(d, out.lambda, out.lambda + n.states);
  if (out.start == nullptr) return;
  g.multiply(factor);
  sum.load(d, out.start, out.start + n.states);
  sum.add(g);
  sum.store(d, out.start, out.start + n.states);
}

constexpr Size side_by_side = 4;

Size states_per_task() { return side_by_side * static_cast<Size>(hn::Lanes(Wide())); }

// f(d, s, count) for sets of states [s, s + count vectors) that make up [begin, end).
template <class F>
void for_states(Size begin, Size end, const F& f) {
  const Wide d;
  const auto lanes = static_cast<Size>(hn::Lanes(d));
  for (; begin + side_by_side * lanes <= end; begin += side_by_side * lanes) {
    f.template operator()<side_by_side>(d, begin);
  }
  for (; begin + lanes <= end; begin += lanes) f.template operator()<1>(d, begin);
  for (; begin < end; ++begin) f.template operator()<1>(Single(), begin);
}

real* offset(real* p, Size by) { return p == nullptr ? nullptr : p + by; }
const real* offset(const real* p, Size by) { return p == nullptr ? nullptr : p + by; }

void scan_task(real* h, const real* x, ComplexRow lambda, const real* start, Size begin, Size end,
               const ComplexScanSize& n) {
  for_states(begin, end, [&]<Size count>(auto d, Size s) {
    scan_states<count>(d, h + s, x + s, {lambda.re + s, lambda.im + s}, offset(start, s), n);
  });
}

void scan_task_backward(const ComplexScanGradients& out, const real* dh, const real* h,
                        ComplexRow lambda, const real* start, Size begin, Size end,
                        const ComplexScanSize& n) {
  for_states(begin, end, [&]<Size count>(auto d, Size s) {
    scan_states_backward<count>(d, {offset(out.x, s), out.lambda + s, offset(out.start, s)}, dh + s,
                                h + s, {lambda.re + s, lambda.im + s}, offset(start, s), n);
  });
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(states_per_task);
HWY_EXPORT(scan_task);
HWY_EXPORT(scan_task_backward);
namespace {

// f(sequence, begin, end) for a few states of one sequence at a time.
template <class F>
void for_tasks(const ComplexScanSize& n, const F& f) {
  const Size width = HWY_DYNAMIC_DISPATCH(states_per_task)();
  const Size groups = (n.states + width - 1) / width;
  parallel_for(n.batch * groups, 1, [&](Size first, Size last) {
    for (Size i = first; i < last; ++i) {
      const Size begin = i % groups * width;
      f(i / groups, begin, std::min(begin + width, n.states));
    }
  });
}

}  // namespace

void complex_scan(real* h, const real* x, ComplexRow lambda, const real* start,
                  const ComplexScanSize& n) noexcept {
  for_tasks(n, [&](Size b, Size begin, Size end) {
    const Size at = b * n.time * 2 * n.states;
    const real* own = start == nullptr ? nullptr : start + b * 2 * n.states;
    HWY_DYNAMIC_DISPATCH(scan_task)(h + at, x + at, lambda, own, begin, end, n);
  });
}

void complex_scan_backward(const ComplexScanGradients& out, const real* dh, const real* h,
                           ComplexRow lambda, const real* start,
                           const ComplexScanSize& n) noexcept {
  for_tasks(n, [&](Size b, Size begin, Size end) {
    const Size at = b * n.time * 2 * n.states, row = b * 2 * n.states;
    const auto place = [](auto* p, Size by) { return p == nullptr ? nullptr : p + by; };
    HWY_DYNAMIC_DISPATCH(scan_task_backward)
    ({place(out.x, at), out.lambda + row, place(out.start, row)}, dh + at, h + at, lambda,
     place(start, row), begin, end, n);
  });
}

}  // namespace dlt::kernels
#endif
