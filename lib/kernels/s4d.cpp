#include <array>
#include <cmath>
#include <complex>
#include <vector>

#include "base/parallel.h"
#include "kernels/selective_scan.h"

namespace dlt::kernels {
namespace {

using Complex = std::complex<double>;

// std::complex's product checks every result for NaN.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// One state: w = exp(z) with z = dt A, and e = (w - 1) / A = dt phi(z), phi(z) = (exp(z) - 1) / z.
struct State {
  double dt;
  Complex z, w, e;
  Complex de_da;  // dt^2 phi'(z)

  State(double step, Complex a) : dt(step), z(step * a), w(std::exp(z)) {
    Complex phi = 0, slope = 0;
    if (std::abs(z) < 0.5) {  // series: z^k / (k + 1)! and its derivative
      Complex power = 1;
      double factorial = 1;
      for (int k = 0; k < 18; ++k) {
        factorial *= k + 1;
        phi += power / factorial;
        slope += power * (k + 1.0) / (factorial * (k + 2.0));
        power = times(power, z);
      }
    } else {
      phi = (w - 1.0) / z;
      slope = (w - phi) / z;
    }
    e = dt * phi;
    de_da = dt * dt * slope;
  }
};

constexpr Size lanes = 8;  // powers of w that advance together

struct Powers {
  std::array<double, lanes> re, im;
  Complex stride;

  Powers(Complex start, Complex w) : stride(1) {
    for (std::size_t j = 0; j < lanes; ++j) {
      re[j] = start.real(), im[j] = start.imag();
      start = times(start, w), stride = times(stride, w);
    }
  }
  void advance() {
    const double c = stride.real(), s = stride.imag();
    for (std::size_t j = 0; j < lanes; ++j) {
      const double r = re[j];
      re[j] = r * c - im[j] * s;
      im[j] = r * s + im[j] * c;
    }
  }
};

Complex entry(const real* re, const real* im, Size i) {
  return {static_cast<double>(re[i]), static_cast<double>(im[i])};
}

// sum_l g_l w^l and sum_l l g_l w^l; g is padded with zeros to whole `lanes`.
std::array<Complex, 2> moments(const std::vector<double>& g, Complex w) {
  Powers p(1, w);
  std::array<double, lanes> re{}, im{}, first_re{}, first_im{};
  for (std::size_t l = 0; l < g.size(); l += lanes, p.advance()) {
    for (std::size_t j = 0; j < lanes; ++j) {
      const double value = g[l + j], weighted = value * static_cast<double>(l + j);
      re[j] += value * p.re[j], im[j] += value * p.im[j];
      first_re[j] += weighted * p.re[j], first_im[j] += weighted * p.im[j];
    }
  }
  std::array<Complex, 2> sums{};
  for (std::size_t j = 0; j < lanes; ++j) {
    sums[0] += Complex(re[j], im[j]);
    sums[1] += Complex(first_re[j], first_im[j]);
  }
  return sums;
}

Size whole(Size length) { return (length + lanes - 1) / lanes * lanes; }

}  // namespace

void s4d_kernel(real* kernel, const S4dArrays<const real>& p, const S4dSize& n) noexcept {
  parallel_for(n.channels, 1, [&](Size begin, Size end) {
    std::vector<double> sum(static_cast<std::size_t>(whole(n.length)));
    for (Size c = begin; c < end; ++c) {
      std::fill(sum.begin(), sum.end(), 0.0);
      const double dt = std::exp(static_cast<double>(p.log_dt[c]));
      for (Size i = c * n.states; i < (c + 1) * n.states; ++i) {
        const State s(dt, entry(p.a_re, p.a_im, i));
        Powers powers(2.0 * times(entry(p.c_re, p.c_im, i), s.e), s.w);
        for (std::size_t l = 0; l < sum.size(); l += lanes, powers.advance()) {
          for (std::size_t j = 0; j < lanes; ++j) sum[l + j] += powers.re[j];
        }
      }
      for (Size l = 0; l < n.length; ++l) {
        kernel[c * n.length + l] = static_cast<real>(sum[static_cast<std::size_t>(l)]);
      }
    }
  });
}

// With S0 = sum_l g_l w^l and S1 = sum_l l g_l w^l, the loss is 2 Re f, f = C e S0, and f is
// holomorphic: df/dC = e S0, df/dA = C (e' S0 + e dt S1), df/ddt = C (w S0 + e A S1). The
// derivative of 2 Re f by a real part is 2 Re of these, that by an imaginary part -2 Im.
void s4d_kernel_backward(const S4dArrays<real>& dp, const real* dkernel,
                         const S4dArrays<const real>& p, const S4dSize& n) noexcept {
  const auto add = [](real* out, Size i, double value) {
    if (out != nullptr) out[i] += static_cast<real>(2 * value);
  };
  parallel_for(n.channels, 1, [&](Size begin, Size end) {
    std::vector<double> g(static_cast<std::size_t>(whole(n.length)));
    for (Size c = begin; c < end; ++c) {
      for (Size l = 0; l < n.length; ++l) {
        g[static_cast<std::size_t>(l)] = static_cast<double>(dkernel[c * n.length + l]);
      }
      const double dt = std::exp(static_cast<double>(p.log_dt[c]));
      double by_dt = 0;
      for (Size i = c * n.states; i < (c + 1) * n.states; ++i) {
        const Complex a = entry(p.a_re, p.a_im, i), factor = entry(p.c_re, p.c_im, i);
        const State s(dt, a);
        const auto [s0, s1] = moments(g, s.w);
        const Complex by_c = times(s.e, s0);
        const Complex by_a = times(factor, times(s.de_da, s0) + dt * times(s.e, s1));
        by_dt += times(factor, times(s.w, s0) + times(times(s.e, a), s1)).real();
        add(dp.c_re, i, by_c.real());
        add(dp.c_im, i, -by_c.imag());
        add(dp.a_re, i, by_a.real());
        add(dp.a_im, i, -by_a.imag());
      }
      add(dp.log_dt, c, dt * by_dt);
    }
  });
}

}  // namespace dlt::kernels
