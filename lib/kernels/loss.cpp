#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss.cpp"
#include "kernels/loss.h"

#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernels/rows-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {

// log x of a normal x > 0: with x = 2^n m, m in [1/sqrt 2, sqrt 2), and s = (m - 1) / (m + 1), it
// is n log 2 + 2 atanh s, by the series of atanh.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V logarithm(D d, V x) {
  using T = hn::TFromD<D>;
  const hn::RebindToSigned<D> di;
  constexpr int bits = ExpConstants<T>::mantissa_bits;
  const V root = hn::Set(d, static_cast<T>(0.70710678118654752));
  const auto code = hn::Sub(hn::BitCast(di, x), hn::BitCast(di, root));
  const auto n = hn::ShiftRight<bits>(code);
  const V m = hn::BitCast(d, hn::Sub(hn::BitCast(di, x), hn::ShiftLeft<bits>(n)));
  const V one = hn::Set(d, 1), s = hn::Div(hn::Sub(m, one), hn::Add(m, one));
  const V square = hn::Mul(s, s);
  V sum = hn::Zero(d);
  for (int k = sizeof(T) == 4 ? 9 : 23; k >= 3; k -= 2) {
    sum = hn::MulAdd(sum, square, hn::Set(d, 1 / static_cast<T>(k)));
  }
  const V atanh = hn::MulAdd(hn::Mul(sum, square), s, s);
  const V power = hn::Mul(hn::ConvertTo(d, n), hn::Set(d, static_cast<T>(0.69314718055994531)));
  return hn::Add(power, hn::Add(atanh, atanh));
}

// log(1 + y) for y in [0, 1]; the second term is what rounding 1 + y lost.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V logarithm_of_one_plus(D d, V y) {
  const V one = hn::Set(d, 1), w = hn::Add(one, y);
  const V lost = hn::Sub(y, hn::Sub(w, one));
  return hn::Add(logarithm(d, w), hn::Div(lost, w));
}

// Each loss is a struct of value(d, x, t) and slope(d, x, t), its derivative by x.
template <class D>
hn::Vec<D> sign(D d, hn::Vec<D> v) {
  const auto nonzero = hn::Ne(v, hn::Zero(d));
  return hn::IfThenElseZero(nonzero, hn::CopySign(hn::Set(d, 1), v));
}

struct Mse {
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V value(D, V x, V t) const {
    return hn::Mul(hn::Sub(x, t), hn::Sub(x, t));
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V slope(D, V x, V t) const {
    return hn::Add(hn::Sub(x, t), hn::Sub(x, t));
  }
};

struct L1 {
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V value(D, V x, V t) const {
    return hn::Abs(hn::Sub(x, t));
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V slope(D d, V x, V t) const {
    return sign(d, hn::Sub(x, t));
  }
};

// curve / 2 u^2 where |u| < knee, else top (|u| - knee / 2).
struct Rounded {
  real knee, curve, top;
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V value(D d, V x, V t) const {
    const V u = hn::Abs(hn::Sub(x, t)), half = hn::Set(d, real(0.5));
    const V inner = hn::Mul(hn::Mul(hn::Mul(half, u), u), hn::Set(d, curve));
    const V outer = hn::Mul(hn::Set(d, top), hn::Sub(u, hn::Set(d, knee / 2)));
    return hn::IfThenElse(hn::Lt(u, hn::Set(d, knee)), inner, outer);
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V slope(D d, V x, V t) const {
    const V u = hn::Sub(x, t);
    return hn::IfThenElse(hn::Lt(hn::Abs(u), hn::Set(d, knee)), hn::Mul(u, hn::Set(d, curve)),
                          hn::Mul(hn::Set(d, top), sign(d, u)));
  }
};

// max(x, 0) - x t + log(1 + e^-|x|)
struct BinaryCrossEntropy {
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V value(D d, V x, V t) const {
    const V tail = logarithm_of_one_plus(d, ExpOfNegative(d, hn::Neg(hn::Abs(x))));
    return hn::Add(hn::NegMulAdd(x, t, hn::Max(x, hn::Zero(d))), tail);
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V slope(D d, V x, V t) const {
    return hn::Sub(Sigmoid(d, x), t);
  }
};

// t (log t - x), 0 where t is 0.
struct Kl {
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V value(D d, V x, V t) const {
    const auto some = hn::Gt(t, hn::Zero(d));
    const V safe = hn::IfThenElse(some, t, hn::Set(d, 1));
    const V all = hn::Mul(t, hn::Sub(logarithm(d, safe), x));
    return hn::IfThenZeroElse(hn::Eq(t, hn::Zero(d)), all);
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V slope(D, V, V t) const {
    return hn::Neg(t);
  }
};

// With p = sigmoid(x), q = p (1 - t) + (1 - p) t = 1 - p_t, ce the binary cross entropy and s the
// factor of alpha: loss = s ce q^gamma, and dq/dx = p (1 - p) (1 - 2 t).
struct Focal {
  real alpha, gamma;

  template <class V>
  struct Parts {
    V p, q, power, side;
  };
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE Parts<V> parts(D d, V x, V t) const {
    const V one = hn::Set(d, 1), p = Sigmoid(d, x), other = Sigmoid(d, hn::Neg(x));
    const V q = hn::MulAdd(other, t, hn::Mul(p, hn::Sub(one, t)));
    const V floor = hn::Set(d, std::numeric_limits<real>::min());
    const V power = Exp(d, hn::Mul(hn::Set(d, gamma), logarithm(d, hn::Max(q, floor))));
    const V rest = hn::Mul(hn::Set(d, 1 - alpha), hn::Sub(one, t));
    const V side = alpha < 0 ? one : hn::MulAdd(hn::Set(d, alpha), t, rest);
    return {p, q, power, side};
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V value(D d, V x, V t) const {
    const Parts<V> f = parts(d, x, t);
    return hn::Mul(hn::Mul(f.side, f.power), BinaryCrossEntropy().value(d, x, t));
  }
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V slope(D d, V x, V t) const {
    const Parts<V> f = parts(d, x, t);
    const V one = hn::Set(d, 1), ce = BinaryCrossEntropy().value(d, x, t);
    const V dq = hn::Mul(hn::Mul(f.p, Sigmoid(d, hn::Neg(x))), hn::Sub(one, hn::Add(t, t)));
    const auto some = hn::Gt(f.q, hn::Set(d, std::numeric_limits<real>::min()));
    const V relative = hn::IfThenElseZero(some, hn::Div(dq, hn::IfThenElse(some, f.q, one)));
    const V bend = hn::Mul(hn::Mul(hn::Set(d, gamma), ce), relative);
    return hn::Mul(hn::Mul(f.side, f.power), hn::Add(hn::Sub(f.p, t), bend));
  }
};

template <class F>
void with_loss(const ElementLoss& l, const F& f) {
  switch (l.kind) {
    case Loss::mse:
      return f(Mse());
    case Loss::l1:
      return f(L1());
    case Loss::smooth_l1:
      return f(Rounded{l.knee, 1 / l.knee, 1});
    case Loss::huber:
      return f(Rounded{l.knee, 1, l.knee});
    case Loss::cross_entropy:
      return f(BinaryCrossEntropy());
    case Loss::kl:
      return f(Kl());
    case Loss::focal:
      return f(Focal{l.alpha, l.gamma});
  }
}

void element_losses(real* losses, const real* x, const real* target, const ElementLoss& l, Size n) {
  with_loss(l, [=](const auto& loss) {
    for_row(n, [=](auto d, Size i) {
      put(d, losses, i, loss.value(d, at(d, x, i), at(d, target, i)));
    });
  });
}

double element_loss_sum(const real* x, const real* target, const ElementLoss& l, Size n) {
  real total = 0;
  with_loss(l, [=, &total](const auto& loss) {
    total =
        row_sum(n, [=](auto d, Size i) { return loss.value(d, at(d, x, i), at(d, target, i)); });
  });
  return static_cast<double>(total);
}

void element_loss_backward(real* dx, const real* dy, real factor, const real* x, const real* target,
                           const ElementLoss& l, Size n) {
  with_loss(l, [=](const auto& loss) {
    for_row(n, [=](auto d, Size i) {
      const auto slope = loss.slope(d, at(d, x, i), at(d, target, i));
      const auto f = hn::Set(d, factor);
      const auto up = dy == nullptr ? f : hn::Mul(f, at(d, dy, i));
      put(d, dx, i, hn::MulAdd(up, slope, at(d, dx, i)));
    });
  });
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(element_losses);
HWY_EXPORT(element_loss_sum);
HWY_EXPORT(element_loss_backward);

void element_losses(real* losses, const real* x, const real* target, const ElementLoss& loss,
                    Size n) noexcept {
  parallel_for(n, worth_a_thread / 2, [=](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(element_losses)(losses + i, x + i, target + i, loss, end - i);
  });
}

double element_loss_sum(const real* x, const real* target, const ElementLoss& loss,
                        Size n) noexcept {
  return parallel_sum(n, 1024, [=](Size i, Size end) {
    return HWY_DYNAMIC_DISPATCH(element_loss_sum)(x + i, target + i, loss, end - i);
  });
}

void element_loss_backward(real* dx, const real* dy, real factor, const real* x, const real* target,
                           const ElementLoss& loss, Size n) noexcept {
  parallel_for(n, worth_a_thread / 2, [=](Size i, Size end) {
    HWY_DYNAMIC_DISPATCH(element_loss_backward)
    (dx + i, dy == nullptr ? nullptr : dy + i, factor, x + i, target + i, loss, end - i);
  });
}

}  // namespace dlt::kernels
#endif
