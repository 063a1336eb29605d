// Logarithm, sine, cosine, error function and powers for Highway vectors of float or double: the
// second half of simd_math-inl.h, to be used in the same way.
//
// Errors, relative, in units of the last place: Log 2, Log1p 3, Expm1 4, Erf 3, Erfc 8 near 0
// (below that, its argument's square is rounded: 1e-6 at 4), Power 2 + n / 2 for small whole n,
// else 2. Sin and Cos: 2, and 2^-50 absolute next to their zeros. NaN in, NaN out.

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

// c[0] + c[1] x + ...
template <class D, class V, std::size_t n>
HWY_INLINE V Polynomial(D d, V x, const double (&c)[n]) {
  V y = Number(d, c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) y = hn::MulAdd(y, x, Number(d, c[i]));
  return y;
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

// With u = 1 + x as rounded: log(u) x / (u - 1) (Goldberg 1991, theorem 4).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log1p(D d, V x) {
  const V one = Number(d, 1), u = hn::Add(x, one), v = hn::Sub(u, one);
  const V y = hn::Mul(Log(d, u), hn::Div(x, v));
  return hn::IfThenElse(hn::Or(hn::Eq(v, hn::Zero(d)), hn::Eq(x, hn::Inf(d))), x, y);
}

// e^x - 1 of an argument of at most 0.
template <class D, class V = hn::Vec<D>, class C = ExpConstants<hn::TFromD<D>>>
HWY_INLINE V Expm1OfNegative(D d, V x) {
  const V lowest = hn::Set(d, C::lowest), one = Number(d, 1);
  const auto parts = SplitExp(d, hn::IfThenElse(hn::Lt(x, lowest), lowest, x));
  const V power = TimesPowerOfTwo(d, one, parts.shifted);
  return hn::MulAdd(power, parts.minus_one, hn::Sub(power, one));
}

// pi/2 in parts so short that whole multiples up to `limit` are exact; the last one is the rest.
template <class T>
struct HalfPi {  // for float
  static constexpr float parts[] = {1.5703125f, 4.837512969970703125e-4f, 7.549533620476722717e-8f,
                                    2.563344151594518788e-12f};
  static constexpr float limit = 6000;
};

template <>
struct HalfPi<double> {
  static constexpr double parts[] = {1.570796325802803039550781, 9.920935791635221434603409e-10,
                                     5.170182978890249594880037e-19,
                                     2.903855973979360333879557e-28};
  static constexpr double limit = 1e7;
};

// Taylor series of sin r / r and cos r in r^2, for |r| <= pi/4.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V SinSeries(D d, V r) {
  constexpr double c[] = {
      -1.0 / 6,        1.0 / 120,         -1.0 / 5040,         1.0 / 362880,
      -1.0 / 39916800, 1.0 / 6227020800., -1.0 / 1307674368e3, 1.0 / 355687428096e3};
  constexpr double short_c[] = {c[0], c[1], c[2], c[3]};
  const V z = hn::Mul(r, r);
  const V p = sizeof(hn::TFromD<D>) == 4 ? Polynomial(d, z, short_c) : Polynomial(d, z, c);
  return hn::MulAdd(hn::Mul(r, z), p, r);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V CosSeries(D d, V r) {
  constexpr double c[] = {
      -0.5,           1.0 / 24,         -1.0 / 720,          1.0 / 40320,
      -1.0 / 3628800, 1.0 / 479001600., -1.0 / 87178291200., 1.0 / 20922789888e3};
  constexpr double short_c[] = {c[0], c[1], c[2], c[3], c[4]};
  const V z = hn::Mul(r, r);
  const V p = sizeof(hn::TFromD<D>) == 4 ? Polynomial(d, z, short_c) : Polynomial(d, z, c);
  return hn::MulAdd(z, p, Number(d, 1));
}

// sin(x + quarters pi/2): x = n pi/2 + r (Cody and Waite 1980); very large x go to the library.
template <int quarters, class D, class V = hn::Vec<D>>
HWY_INLINE V SinShifted(D d, V x) {
  using T = hn::TFromD<D>;
  const hn::RebindToSigned<D> di;
  const V round = hn::Set(d, ExpConstants<T>::round);
  const V shifted = hn::MulAdd(x, Number(d, 0.63661977236758134308), round);
  const V n = hn::Sub(shifted, round);
  V r = x;
  for (const T part : HalfPi<T>::parts) r = hn::NegMulAdd(n, hn::Set(d, part), r);
  const auto quadrant = hn::Add(hn::BitCast(di, shifted), hn::Set(di, quarters));
  const auto odd = hn::RebindMask(d, hn::TestBit(quadrant, hn::Set(di, 1)));
  const auto sign = hn::ShiftLeft<sizeof(T) * 8 - 2>(hn::And(quadrant, hn::Set(di, 2)));
  const V y = hn::Xor(hn::IfThenElse(odd, CosSeries(d, r), SinSeries(d, r)), hn::BitCast(d, sign));
  const auto large = hn::Not(hn::Le(hn::Abs(x), hn::Set(d, HalfPi<T>::limit)));
  if (hn::AllFalse(d, large)) return y;
  const auto exact = [](T v) { return quarters == 0 ? std::sin(v) : std::cos(v); };
  return hn::IfThenElse(large, LaneByLane(d, x, exact), y);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sin(D d, V x) {
  return SinShifted<0>(d, x);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Cos(D d, V x) {
  return SinShifted<1>(d, x);
}

// erf x / x in x^2, for |x| < 1/2, and e^(x^2) erfc(x) (1 + x/2) in 1 / (1 + x/2), for x from 1/2
// to 10: both interpolated at Chebyshev points, errors 2e-11 and 2e-8.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ErfNearZero(D d, V x) {
  constexpr double c[] = {1.12837916708,    -0.376126385257,  0.112837740132,
                          -0.0268631430322, 0.00520041372434, -0.000769453427914};
  return hn::Mul(x, Polynomial(d, hn::Mul(x, x), c));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V ErfcTail(D d, V a) {
  constexpr double c[] = {0.282071325805,  0.282687703782,   0.24042555972,
                          0.215126707548,  -0.0609587120116, 0.335917426814,
                          -0.545527615378, 0.316865177584,   -0.0666092462179};
  const V t = hn::Div(Number(d, 1), hn::MulAdd(a, Number(d, 0.5), Number(d, 1)));
  return hn::Mul(hn::Mul(Exp(d, hn::Neg(hn::Mul(a, a))), t), Polynomial(d, t, c));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erf(D d, V x) {
  using T = hn::TFromD<D>;
  if constexpr (sizeof(T) == 8) {
    return LaneByLane(d, x, [](T v) { return std::erf(v); });
  } else {
    const V a = hn::Abs(x), far = hn::Sub(Number(d, 1), ErfcTail(d, a));
    return hn::IfThenElse(hn::Lt(a, Number(d, 0.5)), ErfNearZero(d, x), hn::CopySign(far, x));
  }
}

// 1 - erf x, without cancellation where it is small.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erfc(D d, V x) {
  using T = hn::TFromD<D>;
  if constexpr (sizeof(T) == 8) {
    return LaneByLane(d, x, [](T v) { return std::erfc(v); });
  } else {
    const V a = hn::Abs(x), tail = ErfcTail(d, a);
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
