// Logarithm, error function and powers for Highway vectors of float or double: the second half of
// simd_math-inl.h, to be used in the same way.
//
// Errors, relative, in units of the last place: Log 2, Log1p 4, Expm1 4, Erf 4, Erfc 8 near 0
// (below that, its argument's square is rounded: 1e-6 at 4), Power 2 + n / 2 for small whole n,
// else 2 (in double |p log x|). NaN in, NaN out.

#include <cmath>
#include <limits>

#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

#if defined(DLT_KERNELS_SIMD_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_SIMD_FUNCTIONS_INL_H_
#undef DLT_KERNELS_SIMD_FUNCTIONS_INL_H_
#else
#define DLT_KERNELS_SIMD_FUNCTIONS_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// NOLINTBEGIN(readability-identifier-naming): these read like Highway's own operations.

template <class D>
HWY_INLINE hn::Vec<D> Number(D d, double value) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

// c[i] + c[i + 1] x + ...; by recursion, so that every coefficient is a constant in the code.
template <std::size_t i = 0, class D, class V, std::size_t n>
HWY_INLINE V Polynomial(D d, V x, const double (&c)[n]) {
  if constexpr (i + 1 == n) {
    return Number(d, c[i]);
  } else {
    return hn::MulAdd(Polynomial<i + 1>(d, x, c), x, Number(d, c[i]));
  }
}

// 1 / x of an x that is neither 0 nor infinite nor subnormal: in float by one step of Newton's
// method, which is cheaper than a division and off by 2 units in the last place at most.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Inverse(D d, V x) {
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    return hn::Div(Number(d, 1), x);
  } else {
    const V y = hn::ApproximateReciprocal(x);
    return hn::MulAdd(y, hn::NegMulAdd(x, y, Number(d, 1)), y);
  }
}

// 1 / sqrt(x), likewise.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V InverseSqrt(D d, V x) {
  using T = hn::TFromD<D>;
  const V one = Number(d, 1);
  if constexpr (sizeof(T) == 8) {
    return hn::Div(one, hn::Sqrt(x));
  } else {
    const V y = hn::ApproximateReciprocalSqrt(x), half = hn::Mul(y, Number(d, 0.5));
    const V fine = hn::MulAdd(half, hn::NegMulAdd(hn::Mul(x, y), y, one), y);
    const auto normal = hn::And(hn::Ge(x, hn::Set(d, std::numeric_limits<T>::min())),
                                hn::Le(x, hn::Set(d, std::numeric_limits<T>::max())));
    if (hn::AllTrue(d, normal)) return fine;
    return hn::IfThenElse(normal, fine, hn::Div(one, hn::Sqrt(x)));
  }
}

template <class D, class V, class F>
HWY_INLINE V LaneByLane(D d, V x, const F& f) {
  HWY_ALIGN hn::TFromD<D> lanes[hn::MaxLanes(d)];
  hn::Store(x, d, lanes);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = f(lanes[i]);
  return hn::Load(d, lanes);
}

template <class T>
struct LogConstants {  // for float
  static constexpr std::int32_t root_half = 0x3F3504F3;
  static constexpr double series[] = {2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9};
};

template <>
struct LogConstants<double> {
  static constexpr std::int64_t root_half = 0x3FE6A09E667F3BCD;
  static constexpr double series[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11,
                                      2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
};

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). With s = f / (2 + f),
// log(1 + f) = 2 artanh s = 2s + s (2/3 s^2 + 2/5 s^4 + ...), and 2s = f - s f has no rounding.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log(D d, V x) {
  using T = hn::TFromD<D>;
  using E = ExpConstants<T>;
  using L = LogConstants<T>;
  const hn::RebindToSigned<D> di;
  const V smallest = hn::Set(d, std::numeric_limits<T>::min());
  const auto subnormal = hn::Lt(x, smallest);
  const V up = hn::IfThenElse(subnormal, hn::Mul(x, Number(d, 0x1p24)), x);
  const auto bits = hn::BitCast(di, up);
  const auto power = hn::ShiftRight<E::mantissa_bits>(hn::Sub(bits, hn::Set(di, L::root_half)));
  const V one_plus = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<E::mantissa_bits>(power)));
  const V k = hn::Sub(hn::ConvertTo(d, power), hn::IfThenElseZero(subnormal, Number(d, 24)));
  const V f = hn::Sub(one_plus, Number(d, 1));
  const V s = hn::Div(f, hn::Add(f, Number(d, 2)));
  const V z = hn::Mul(s, s);
  const V rest = hn::Sub(f, hn::Mul(z, Polynomial(d, z, L::series)));
  const V low = hn::NegMulAdd(k, hn::Set(d, E::ln2_low), hn::Mul(s, rest));
  const V y = hn::MulAdd(k, hn::Set(d, E::ln2_high), hn::Sub(f, low));
  const V zero = hn::Zero(d);
  const V edge = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(hn::Inf(d)),
                                hn::IfThenElse(hn::Gt(x, zero), x, hn::NaN(d)));
  const V largest = hn::Set(d, std::numeric_limits<T>::max());
  return hn::IfThenElse(hn::And(hn::Gt(x, zero), hn::Le(x, largest)), y, edge);
}

// With u = 1 + x as rounded, x - (u - 1) is what was lost: log(1 + x) = log u + lost / u.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log1p(D d, V x) {
  const V one = Number(d, 1), u = hn::Add(x, one), lost = hn::Sub(x, hn::Sub(u, one));
  const V back = hn::IfThenZeroElse(hn::Eq(lost, hn::Zero(d)), hn::Mul(lost, Inverse(d, u)));
  const V y = hn::Add(Log(d, u), back);
  return hn::IfThenElse(hn::Or(hn::Eq(u, one), hn::Eq(x, hn::Inf(d))), x, y);
}

// log(1 + x) for x in [0, 1], without taking 1 + x apart: 2 artanh(x / (2 + x)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log1pOfFraction(D d, V x) {
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    return Log1p(d, x);
  } else {
    constexpr double series[] = {2,       2.0 / 3,  2.0 / 5,  2.0 / 7,
                                 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15};
    const V s = hn::Mul(x, Inverse(d, hn::Add(x, Number(d, 2))));
    return hn::Mul(s, Polynomial(d, hn::Mul(s, s), series));
  }
}

// log(1 + e^x)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Softplus(D d, V x) {
  const V tail = Log1pOfFraction(d, ExpOfNegative(d, hn::Neg(hn::Abs(x))));
  return hn::Add(hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x), tail);
}

// e^x - 1 of an argument of at most 0.
template <class D, class V = hn::Vec<D>, class C = ExpConstants<hn::TFromD<D>>>
HWY_INLINE V Expm1OfNegative(D d, V x) {
  const V lowest = hn::Set(d, C::lowest), one = Number(d, 1);
  const auto parts = SplitExp(d, hn::IfThenElse(hn::Lt(x, lowest), lowest, x));
  const V power = TimesPowerOfTwo(d, one, parts.shifted);
  return hn::MulAdd(power, parts.minus_one, hn::Sub(power, one));
}

// erf x / x in x^2, for |x| < 1/2, and e^(x^2) erfc(x) (1 + x/2) in 1 / (1 + x/2), for x from 1/2
// to 10: both interpolated at Chebyshev points, errors 1.4e-9 and 1.3e-7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ErfNearZero(D d, V x) {
  constexpr double c[] = {1.1283791656, -0.376126090075, 0.112828314285, -0.026757732735,
                          0.00471908256722};
  return hn::Mul(x, Polynomial(d, hn::Mul(x, x), c));
}

// erfc of a >= 0, where `bell` is e^(-a^2).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ErfcTail(D d, V a, V bell) {
  constexpr double c[] = {0.282139403134, 0.281190585321,   0.254164240265, 0.146327739674,
                          0.145137866469, -0.0433782137854, -0.12538974973, 0.0599483076226};
  const V near = hn::Min(a, Number(d, 10));
  const V t = Inverse(d, hn::MulAdd(near, Number(d, 0.5), Number(d, 1)));
  return hn::Mul(hn::Mul(bell, t), Polynomial(d, t, c));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erf(D d, V x) {
  using T = hn::TFromD<D>;
  if constexpr (sizeof(T) == 8) {
    return LaneByLane(d, x, [](T v) { return std::erf(v); });
  } else {
    const V a = hn::Abs(x), bell = ExpOfNegative(d, hn::Neg(hn::Mul(a, a)));
    const V far = hn::Sub(Number(d, 1), ErfcTail(d, a, bell));
    return hn::IfThenElse(hn::Lt(a, Number(d, 0.5)), ErfNearZero(d, x), hn::CopySign(far, x));
  }
}

// 1 - erf x, without cancellation where it is small; `bell` is e^(-x^2).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erfc(D d, V x, V bell) {
  using T = hn::TFromD<D>;
  if constexpr (sizeof(T) == 8) {
    return LaneByLane(d, x, [](T v) { return std::erfc(v); });
  } else {
    const V a = hn::Abs(x), tail = ErfcTail(d, a, bell);
    const V far = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(Number(d, 2), tail), tail);
    const V near = hn::Sub(Number(d, 1), ErfNearZero(d, x));
    return hn::IfThenElse(hn::Lt(a, Number(d, 0.5)), near, far);
  }
}

// x^n by repeated squaring.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V WholePower(D d, V x, int n) {
  V y = Number(d, 1), square = x;
  for (int left = n < 0 ? -n : n; left != 0; left >>= 1) {
    if ((left & 1) != 0) y = hn::Mul(y, square);
    square = hn::Mul(square, square);
  }
  return n < 0 ? hn::Div(Number(d, 1), y) : y;
}

// e^(p log x) in double.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V PowerByLog(D d, V x, double p) {
  using T = hn::TFromD<D>;
  const hn::ScalableTag<double> dd;
  const auto power = [=](auto v) { return Exp(dd, hn::Mul(Log(dd, v), hn::Set(dd, p))); };
  if constexpr (sizeof(T) == 8) {
    return power(x);
  } else {
    const hn::Rebind<float, decltype(dd)> part;
    HWY_ALIGN T lanes[hn::MaxLanes(d)];
    hn::Store(x, d, lanes);
    for (std::size_t i = 0; i < hn::Lanes(d); i += hn::Lanes(dd)) {
      const auto v = hn::PromoteTo(dd, hn::LoadU(part, lanes + i));
      hn::StoreU(hn::DemoteTo(part, power(v)), part, lanes + i);
    }
    return hn::Load(d, lanes);
  }
}

// x^p as std::pow, but for -infinity to a fraction, which is NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Power(D d, V x, double p) {
  if (p == 0.5) return hn::Sqrt(x);
  if (p != std::floor(p)) return PowerByLog(d, x, p);
  if (std::abs(p) <= 16) return WholePower(d, x, static_cast<int>(p));
  const V y = PowerByLog(d, hn::Abs(x), p);
  return std::fmod(p, 2) == 0 ? y : hn::CopySign(y, x);
}

// NOLINTEND(readability-identifier-naming)

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
