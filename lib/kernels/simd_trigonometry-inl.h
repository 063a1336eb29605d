// Sine and cosine for Highway vectors of float or double; see simd_functions-inl.h. Errors: 2 units
// in the last place, and 2^-50 absolute next to their zeros. NaN in, NaN out.

#include "kernels/simd-inl.h"
#include "kernels/simd_functions-inl.h"

#if defined(DLT_KERNELS_SIMD_TRIGONOMETRY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_SIMD_TRIGONOMETRY_INL_H_
#undef DLT_KERNELS_SIMD_TRIGONOMETRY_INL_H_
#else
#define DLT_KERNELS_SIMD_TRIGONOMETRY_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// NOLINTBEGIN(readability-identifier-naming): these read like Highway's own operations.

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

// NOLINTEND(readability-identifier-naming)

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
