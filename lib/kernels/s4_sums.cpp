#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/s4_sums.cpp"
#include "kernels/s4_sums.h"

#include <algorithm>

#include "kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

struct Pair {  // complex numbers
  V re, im;
};
Pair operator*(Pair a, Pair b) {
  return {hn::NegMulAdd(a.im, b.im, hn::Mul(a.re, b.re)),
          hn::MulAdd(a.im, b.re, hn::Mul(a.re, b.im))};
}
V real_of_product(Pair a, Pair b, V plus) {  // plus + Re(a b)
  return hn::NegMulAdd(a.im, b.im, hn::MulAdd(a.re, b.re, plus));
}
Pair add_scaled(Pair x, Pair sum, V factor) {
  return {hn::MulAdd(x.re, factor, sum.re), hn::MulAdd(x.im, factor, sum.im)};
}

// 1 / ((g - a)(g - conj(a))), as the product of differences, which are exact where it is large.
Pair inverse_of_pair(D d, Pair g, std::complex<double> a) {
  const V u = hn::Sub(g.re, hn::Set(d, a.real()));
  const V low = hn::Sub(g.im, hn::Set(d, a.imag())), high = hn::Add(g.im, hn::Set(d, a.imag()));
  const V re = hn::NegMulAdd(low, high, hn::Mul(u, u)), im = hn::Mul(u, hn::Add(low, high));
  const V scale = hn::Div(hn::Set(d, 1.0), hn::MulAdd(re, re, hn::Mul(im, im)));
  return {hn::Mul(re, scale), hn::Neg(hn::Mul(im, scale))};
}

Pair load(D d, const double* re, const double* im, Size i) {
  return {hn::LoadU(d, re + i), hn::LoadU(d, im + i)};
}

void sum_poles(const SetsOfPoints<double>& q, const Pole* poles, Size states, const Points& g) {
  const D d;
  for (Size i = 0; i < g.count; i += static_cast<Size>(hn::Lanes(d))) {
    const Pair point = load(d, g.re, g.im, i), zero{hn::Zero(d), hn::Zero(d)};
    Pair rise[sets] = {zero, zero, zero, zero}, base[sets] = {zero, zero, zero, zero};
    for (Size n = 0; n < states; ++n) {
      const Pair inverse = inverse_of_pair(d, point, poles[n].a);
      for (int j = 0; j < sets; ++j) {
        rise[j] = add_scaled(inverse, rise[j], hn::Set(d, poles[n].rise[j]));
        base[j] = add_scaled(inverse, base[j], hn::Set(d, poles[n].base[j]));
      }
    }
    for (int j = 0; j < sets; ++j) {
      const Pair sum = rise[j] * point;
      hn::StoreU(hn::Add(sum.re, base[j].re), d, q.re[j] + i);
      hn::StoreU(hn::Add(sum.im, base[j].im), d, q.im[j] + i);
    }
  }
}

void add_sum(D d, double& to, V v) { to += hn::GetLane(hn::SumOfLanes(d, v)); }

// With i the inverse of the pair and E = sum_j h_j (rise_j g + base_j): di / da_re = 2 (g - a_re)
// i^2 and di / da_im = -2 a_im i^2.
void add_pole_gradient(PoleGradient& out, const SetsOfPoints<const double>& h, const Pole& pole,
                       const Points& g, Size begin, Size end) {
  const D d;
  const V zero = hn::Zero(d), center = hn::Set(d, pole.a.real());
  V rise[sets] = {zero, zero, zero, zero}, base[sets] = {zero, zero, zero, zero};
  V by_re = zero, by_im = zero;
  for (Size i = begin; i < end; i += static_cast<Size>(hn::Lanes(d))) {
    const Pair point = load(d, g.re, g.im, i);
    const Pair inverse = inverse_of_pair(d, point, pole.a), moved = inverse * point;
    Pair up{zero, zero}, level{zero, zero};
    for (int j = 0; j < sets; ++j) {
      const Pair hj = load(d, h.re[j], h.im[j], i);
      rise[j] = real_of_product(hj, moved, rise[j]);
      base[j] = real_of_product(hj, inverse, base[j]);
      up = add_scaled(hj, up, hn::Set(d, pole.rise[j]));
      level = add_scaled(hj, level, hn::Set(d, pole.base[j]));
    }
    Pair e = up * point;
    e = {hn::Add(e.re, level.re), hn::Add(e.im, level.im)};
    const Pair turned = e * (inverse * inverse);
    by_re = real_of_product(turned, {hn::Sub(point.re, center), point.im}, by_re);
    by_im = hn::Add(by_im, turned.re);
  }
  for (int j = 0; j < sets; ++j) add_sum(d, out.rise[j], rise[j]), add_sum(d, out.base[j], base[j]);
  add_sum(d, out.a_re, hn::Add(by_re, by_re));
  add_sum(d, out.a_im, hn::Mul(by_im, hn::Set(d, -2 * pole.a.imag())));
}

}  // namespace
}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {
HWY_EXPORT(sum_poles);
HWY_EXPORT(add_pole_gradient);

void pole_sums(const SetsOfPoints<double>& q, const Pole* poles, Size states,
               const Points& g) noexcept {
  HWY_DYNAMIC_DISPATCH(sum_poles)(q, poles, states, g);
}

// Stretch by stretch, so that the points stay in the cache for all poles.
void pole_gradients(PoleGradient* out, const SetsOfPoints<const double>& h, const Pole* poles,
                    Size states, const Points& g) noexcept {
  constexpr Size stretch = 256;
  std::fill_n(out, states, PoleGradient{});
  for (Size begin = 0; begin < g.count; begin += stretch) {
    const Size end = std::min(begin + stretch, g.count);
    for (Size n = 0; n < states; ++n) {
      HWY_DYNAMIC_DISPATCH(add_pole_gradient)(out[n], h, poles[n], g, begin, end);
    }
  }
}

}  // namespace dlt::kernels
#endif
