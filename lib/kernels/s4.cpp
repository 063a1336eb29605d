#include "kernels/s4.h"

#include <array>
#include <cmath>
#include <complex>
#include <kissfft.hh>
#include <numbers>
#include <vector>

#include "base/parallel.h"
#include "kernels/s4_sums.h"

namespace dlt::kernels {
namespace {

using Complex = std::complex<double>;
using Column = std::vector<double>;

// std::complex's product checks every result for NaN.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

Complex entry(const real* re, const real* im, Size i) {
  return {static_cast<double>(re[i]), static_cast<double>(im[i])};
}

Size fast_half(Size length) {  // at least `length`, of factors 2, 3 and 5
  for (Size size = length;; ++size) {
    Size rest = size;
    for (const Size factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return size;
  }
}

// The circle |z| = r with `size` points, of which those with Im z <= 0 are used, and what the
// kernel's generating function is made of: (1 - z) / (1 + z) and 2 / (1 + z). The others of its
// values are conjugates of these. It is the transform of K[l] r^l.
class Circle {
 public:
  explicit Circle(Size length)
      : length_(length), size_(2 * fast_half(length)), plan_(half(), false), powers_(at(length)) {
    constexpr double left_over = 1e-9;  // of K[l + size]: r^size
    const double shrink = std::log(left_over) / static_cast<double>(size_);
    const Size used = size_ / 2 + 1, padded = (used + point_lanes - 1) / point_lanes * point_lanes;
    for (Size k = 0; k < padded; ++k) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(std::min(k, used - 1)) /
                           static_cast<double>(size_);
      const Complex z = std::polar(std::exp(shrink), angle);
      ratio_.push_back((1.0 - z) / (1.0 + z));
      factor_.push_back(2.0 / (1.0 + z));
    }
    for (Size l = 0; l < length; ++l) powers_[at(l)] = std::exp(shrink * static_cast<double>(l));
  }

  Size points() const { return std::ssize(ratio_); }
  Complex ratio(Size k) const { return ratio_[at(k)]; }
  Complex factor(Size k) const { return factor_[at(k)]; }

  // The kernel whose generating function has these values. By Hartley's transform, Re - Im of
  // Fourier's, which is its own inverse up to the size.
  void invert(real* kernel, const std::vector<Complex>& values) const {
    Column signal(at(size_));
    for (Size k = 0; k <= size_ / 2; ++k) {
      const Complex v = values[at(k)];
      signal[at((size_ - k) % size_)] = v.real() + v.imag();
      signal[at(k)] = v.real() - v.imag();
    }
    std::vector<Complex> out(half());
    plan_.transform_real(signal.data(), out.data());
    for (Size l = 0; l < length_; ++l) {
      const double value = out[at(l)].real() - (l == 0 ? 0 : out[at(l)].imag());
      kernel[l] = static_cast<real>(value / (powers_[at(l)] * static_cast<double>(size_)));
    }
  }

  // W with sum_l dkernel_l K_l = Re sum_k W_k values_k.
  std::vector<Complex> weights(const real* dkernel) const {
    Column signal(at(size_));
    for (Size l = 0; l < length_; ++l) {
      signal[at(l)] = static_cast<double>(dkernel[l]) / powers_[at(l)];
    }
    std::vector<Complex> all(half());
    plan_.transform_real(signal.data(), all.data());
    const double scale = 2 / static_cast<double>(size_);
    for (Complex& w : all) w = scale * std::conj(w);
    all.push_back(-all[0].imag() / 2);
    all[0] = all[0].real() / 2;
    all.resize(at(points()));
    return all;
  }

 private:
  static std::size_t at(Size i) { return static_cast<std::size_t>(i); }
  std::size_t half() const { return at(size_ / 2); }

  Size length_, size_;
  kissfft<double> plan_;
  std::vector<Complex> ratio_, factor_;  // [points]
  Column powers_;                        // r^l
};

// One channel: C R B - C R p p^* R B / (1 + p^* R p) with R = 1 / (g - a) (Woodbury).
class Channel {
 public:
  Channel(const S4Arrays<const real>& p, Size channel, const S4Size& n, const Circle& circle)
      : first_(channel * n.states), p_(p), circle_(circle), poles_(at(n.states)) {
    const double scale = 2 * std::exp(-static_cast<double>(p.log_dt[channel]));
    for (Size k = 0; k < circle.points(); ++k) {
      const Complex g = scale * circle.ratio(k);
      re_.push_back(g.real()), im_.push_back(g.imag());
    }
    for (Size i = 0; i < n.states; ++i) set(poles_[at(i)], first_ + i);
    for (auto* all : {&q_re_, &q_im_}) {
      for (Column& column : *all) column.resize(re_.size());
    }
    SetsOfPoints<double> sums{};
    for (std::size_t j = 0; j < sets; ++j) {
      sums.re[j] = q_re_[j].data(), sums.im[j] = q_im_[j].data();
    }
    pole_sums(sums, poles_.data(), n.states, points());
  }

  std::vector<Complex> values() const {
    std::vector<Complex> all;
    for (Size k = 0; k < circle_.points(); ++k) {
      const auto q = sums(k);
      all.push_back(times(circle_.factor(k), q[0] - times(q[1], q[2]) / (1.0 + q[3])));
    }
    return all;
  }

  // The gradient of log dt, and those of the poles, from that of the kernel.
  double gradients(std::vector<PoleGradient>& out, const real* dkernel) {
    const auto weights = circle_.weights(dkernel);
    double by_sums = 0;
    for (Size k = 0; k < circle_.points(); ++k) {
      const auto q = sums(k);
      const Complex inverse = 1.0 / (1.0 + q[3]), own = times(weights[at(k)], circle_.factor(k));
      const Complex by_product = -times(own, inverse);
      const std::array h = {own, times(by_product, q[2]), times(by_product, q[1]),
                            -times(by_product, times(inverse, times(q[1], q[2])))};
      for (std::size_t j = 0; j < sets; ++j) {
        by_sums += times(h[j], q[j]).real();
        q_re_[j][at(k)] = h[j].real(), q_im_[j][at(k)] = h[j].imag();
      }
    }
    SetsOfPoints<const double> hs{};
    for (std::size_t j = 0; j < sets; ++j) hs.re[j] = q_re_[j].data(), hs.im[j] = q_im_[j].data();
    out.resize(poles_.size());
    pole_gradients(out.data(), hs, poles_.data(), std::ssize(poles_), points());
    return by_sums + by_poles(out);
  }

  // Hands what is known of rise, base and a on to the parameters.
  void add(const S4Arrays<real>& dp, const std::vector<PoleGradient>& by) const {
    for (Size i = 0; i < std::ssize(poles_); ++i) {
      const PoleGradient& g = by[at(i)];
      const Complex a = poles_[at(i)].a;
      std::array<Complex, sets> dw;
      for (std::size_t j = 0; j < sets; ++j) {
        dw[j] = {2 * (g.rise[j] - a.real() * g.base[j]), -2 * a.imag() * g.base[j]};
      }
      const Size place = first_ + i;
      const Complex p = entry(p_.p_re, p_.p_im, place), b = entry(p_.b_re, p_.b_im, place);
      const Complex c = entry(p_.c_re, p_.c_im, place);
      const auto to = [place](real* re, real* im, Complex v) {
        if (re != nullptr) re[place] += static_cast<real>(v.real());
        if (im != nullptr) im[place] += static_cast<real>(v.imag());
      };
      to(dp.a_re, dp.a_im, {g.a_re, g.a_im});
      to(dp.c_re, dp.c_im, times(dw[0], std::conj(b)) + times(dw[1], std::conj(p)));
      to(dp.b_re, dp.b_im, times(dw[0], std::conj(c)) + times(dw[2], p));
      to(dp.p_re, dp.p_im,
         times(dw[1], std::conj(c)) + times(std::conj(dw[2]), b) + 2 * dw[3].real() * p);
    }
  }

 private:
  static std::size_t at(Size i) { return static_cast<std::size_t>(i); }
  Points points() const { return {re_.data(), im_.data(), circle_.points()}; }

  // C B, C p, conj(p) B and |p|^2.
  std::array<Complex, sets> products(Size place) const {
    const Complex p = entry(p_.p_re, p_.p_im, place), b = entry(p_.b_re, p_.b_im, place);
    const Complex c = entry(p_.c_re, p_.c_im, place);
    return {times(c, b), times(c, p), times(std::conj(p), b), std::norm(p)};
  }

  void set(Pole& pole, Size place) const {
    pole.a = entry(p_.a_re, p_.a_im, place);
    const auto w = products(place);
    for (std::size_t j = 0; j < sets; ++j) {
      pole.rise[j] = 2 * w[j].real();
      pole.base[j] = -2 * times(w[j], std::conj(pole.a)).real();
    }
  }

  std::array<Complex, sets> sums(Size k) const {
    std::array<Complex, sets> q;
    for (std::size_t j = 0; j < sets; ++j) q[j] = {q_re_[j][at(k)], q_im_[j][at(k)]};
    return q;
  }

  // Adds to the gradients of a what comes by way of base. Q scales as 1 / g if g and a scale alike
  // and w stays, and g as 1 / dt: so the gradient of log dt is sum h Q plus this.
  double by_poles(std::vector<PoleGradient>& by) const {
    double sum = 0;
    for (std::size_t i = 0; i < by.size(); ++i) {
      const auto w = products(first_ + static_cast<Size>(i));
      for (std::size_t j = 0; j < sets; ++j) {
        by[i].a_re -= 2 * w[j].real() * by[i].base[j];
        by[i].a_im -= 2 * w[j].imag() * by[i].base[j];
      }
      sum += poles_[i].a.real() * by[i].a_re + poles_[i].a.imag() * by[i].a_im;
    }
    return sum;
  }

  Size first_;
  const S4Arrays<const real>& p_;
  const Circle& circle_;
  std::vector<Pole> poles_;
  Column re_, im_;                        // g = 2 / dt (1 - z) / (1 + z)
  std::array<Column, sets> q_re_, q_im_;  // the sums, then their gradients
};

}  // namespace

void s4_kernel(real* kernel, const S4Arrays<const real>& p, const S4Size& n) noexcept {
  if (n.length == 0) return;
  const Circle circle(n.length);
  parallel_for(n.channels, 1, [&](Size begin, Size end) {
    for (Size c = begin; c < end; ++c) {
      circle.invert(kernel + c * n.length, Channel(p, c, n, circle).values());
    }
  });
}

void s4_kernel_backward(const S4Arrays<real>& dp, const real* dkernel,
                        const S4Arrays<const real>& p, const S4Size& n) noexcept {
  if (n.length == 0) return;
  const Circle circle(n.length);
  parallel_for(n.channels, 1, [&](Size begin, Size end) {
    std::vector<PoleGradient> by;
    for (Size c = begin; c < end; ++c) {
      Channel channel(p, c, n, circle);
      const double by_log_dt = channel.gradients(by, dkernel + c * n.length);
      if (dp.log_dt != nullptr) dp.log_dt[c] += static_cast<real>(by_log_dt);
      channel.add(dp, by);
    }
  });
}

}  // namespace dlt::kernels
