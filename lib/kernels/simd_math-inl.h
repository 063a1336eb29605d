// Exponential, sigmoid and the activations built from them, for Highway vectors of float or double.
// To use: include kernels/simd-inl.h, then this, and call the functions from namespace
// dlt::kernels::HWY_NAMESPACE. A tag `d` goes first, as in Highway, whose naming these follow.
//
// Errors, relative, float: Exp 1.5e-7, Expm1 2.5e-7, Tanh 3e-7, Sigmoid and Silu 3e-7, Gelu 2e-6
// wherever the result is above 1e-6 in magnitude (below, its argument's rounding is magnified as in
// any formula with one exp). In double about the same number of units in the last place. Every
// function returns NaN for NaN.

#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_SIMD_MATH_INL_H_
#undef DLT_KERNELS_SIMD_MATH_INL_H_
#else
#define DLT_KERNELS_SIMD_MATH_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// NOLINTBEGIN(readability-identifier-naming): these read like Highway's own operations.

// e^x = 2^n e^r with n = round(x / ln 2), r = x - n ln 2 in [-0.347, 0.347]. ln 2 is split in two
// so that n * ln2_high is exact. Adding `round` leaves n in the low bits of the sum.
template <class T>
struct ExpConstants;

template <>
struct ExpConstants<float> {
  static constexpr float round = 12582912.0f;  // 1.5 * 2^23
  static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440055e-4f;
  static constexpr float lowest = -87.3f, highest = 88.72283f;  // 0 below, infinity above
  static constexpr int mantissa_bits = 23;
};

template <>
struct ExpConstants<double> {
  static constexpr double round = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  static constexpr double lowest = -708.3, highest = 709.782712893384;
  static constexpr int mantissa_bits = 52;
};

// q(r) = (e^r - 1 - r) / r^2. Float: interpolated at the five Chebyshev points of the interval;
// double: the Taylor series up to r^14 / 14!.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpPolynomial(D d, V r) {
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    V q = hn::Set(d, 0.00139264004798f);
    q = hn::MulAdd(q, r, hn::Set(d, 0.00836335268256f));
    q = hn::MulAdd(q, r, hn::Set(d, 0.0416665533108f));
    q = hn::MulAdd(q, r, hn::Set(d, 0.166665759439f));
    return hn::MulAdd(q, r, hn::Set(d, 0.5f));
  } else {
    V q = hn::Set(d, 1.0 / 87178291200.0);
    for (const double factorial : {6227020800.0, 479001600.0, 39916800.0, 3628800.0, 362880.0,
                                   40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0}) {
      q = hn::MulAdd(q, r, hn::Set(d, 1 / factorial));
    }
    return q;
  }
}

// x = n ln 2 + r, and e^r - 1; `shifted` holds n in its low bits.
template <class V>
struct ExpParts {
  V shifted, n, minus_one;
};

template <class D, class V = hn::Vec<D>, class C = ExpConstants<hn::TFromD<D>>>
HWY_INLINE ExpParts<V> SplitExp(D d, V x) {
  using T = hn::TFromD<D>;
  const V round = hn::Set(d, C::round);
  const V shifted = hn::MulAdd(x, hn::Set(d, static_cast<T>(1.4426950408889634)), round);
  const V n = hn::Sub(shifted, round);
  V r = hn::NegMulAdd(n, hn::Set(d, C::ln2_high), x);
  r = hn::NegMulAdd(n, hn::Set(d, C::ln2_low), r);
  return {shifted, n, hn::MulAdd(hn::Mul(r, r), ExpPolynomial(d, r), r)};
}

// y 2^n, by adding n to the exponent of y.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V TimesPowerOfTwo(D d, V y, V shifted) {
  const hn::RebindToSigned<D> di;
  constexpr int bits = ExpConstants<hn::TFromD<D>>::mantissa_bits;
  const auto exponent = hn::ShiftLeft<bits>(hn::BitCast(di, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, y), exponent));
}

// e^x; 0 below -87.3 (double: -708.3), infinity above 88.7 (709.8).
template <class D, class V = hn::Vec<D>, class C = ExpConstants<hn::TFromD<D>>>
HWY_INLINE V Exp(D d, V x) {
  const auto parts = SplitExp(d, x);
  V y = TimesPowerOfTwo(d, hn::Add(parts.minus_one, hn::Set(d, 1)), parts.shifted);
  y = hn::IfThenElse(hn::Gt(x, hn::Set(d, C::highest)), hn::Inf(d), y);
  y = hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, C::lowest)), y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// e^x of an argument known to be at most 0 (softmax after subtracting the maximum); 0 below -87.3.
template <class D, class V = hn::Vec<D>, class C = ExpConstants<hn::TFromD<D>>>
HWY_INLINE V ExpOfNegative(D d, V x) {
  const auto parts = SplitExp(d, x);
  const V y = TimesPowerOfTwo(d, hn::Add(parts.minus_one, hn::Set(d, 1)), parts.shifted);
  return hn::IfThenElse(hn::Lt(x, hn::Set(d, C::lowest)), hn::Zero(d),
                        hn::IfThenElse(hn::IsNaN(x), x, y));
}

// tanh x = t / (t + 2) with t = e^{2|x|} - 1 = 2^n (e^r - 1) + (2^n - 1), without cancellation.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Tanh(D d, V x) {
  const V limit = hn::Set(d, 20);  // where tanh is 1 in double
  const V a = hn::IfThenElse(hn::Gt(hn::Abs(x), limit), limit, hn::Abs(x));
  const auto parts = SplitExp(d, hn::Add(a, a));
  const V one = hn::Set(d, 1);
  const V power = TimesPowerOfTwo(d, one, parts.shifted);
  const V t = hn::MulAdd(power, parts.minus_one, hn::Sub(power, one));
  return hn::CopySign(hn::Div(t, hn::Add(t, hn::Set(d, 2))), x);
}

// 1 / (1 + e^-x)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1);
  return hn::Div(one, hn::Add(one, Exp(d, hn::Neg(x))));
}

// x sigmoid(x)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Silu(D d, V x) {
  return hn::Div(x, hn::Add(hn::Set(d, 1), Exp(d, hn::Neg(x))));
}

// The derivative of x sigmoid(v(x)): s + x s (1 - s) v'. Where s is 0 or 1 to the last bit it is s.
template <class D, class V = hn::Vec<D>, class C = ExpConstants<hn::TFromD<D>>>
HWY_INLINE V GatedSlope(D d, V x, V v, V dv) {
  const V one = hn::Set(d, 1), e = Exp(d, hn::Neg(v));
  const V s = hn::Div(one, hn::Add(one, e));
  const V slope = hn::MulAdd(hn::Mul(hn::Mul(x, s), hn::Mul(e, s)), dv, s);
  const auto flat = hn::Gt(hn::Abs(v), hn::Set(d, -C::lowest / 2));
  return hn::IfThenElse(flat, s, slope);
}

// The derivative of Silu.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V SiluSlope(D d, V x) {
  return GatedSlope(d, x, x, hn::Set(d, 1));
}

// 2 sqrt(2/pi) (x + 0.044715 x^3): the tanh form of GELU (Hendrycks and Gimpel, 2016) is
// 0.5 x (1 + tanh(v / 2)) = x sigmoid(v).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V GeluGate(D d, V x) {
  using T = hn::TFromD<D>;
  const V linear = hn::Set(d, static_cast<T>(1.5957691216057308));
  const V cubic = hn::Set(d, static_cast<T>(1.5957691216057308 * 0.044715));
  return hn::Mul(x, hn::MulAdd(hn::Mul(x, x), cubic, linear));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Gelu(D d, V x) {
  return hn::Div(x, hn::Add(hn::Set(d, 1), Exp(d, hn::Neg(GeluGate(d, x)))));
}

// The derivative of Gelu.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V GeluSlope(D d, V x) {
  using T = hn::TFromD<D>;
  const V linear = hn::Set(d, static_cast<T>(1.5957691216057308));
  const V cubic = hn::Set(d, static_cast<T>(1.5957691216057308 * 0.044715 * 3));
  return GatedSlope(d, x, GeluGate(d, x), hn::MulAdd(hn::Mul(x, x), cubic, linear));
}

// NOLINTEND(readability-identifier-naming)

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
