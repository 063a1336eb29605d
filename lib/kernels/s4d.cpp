#include <algorithm>
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
    if (std::norm(z) < 0.01) {  // series: z^k / (k + 1)! and its derivative
      constexpr double inverse[] = {1.0,       1.0 / 2,    1.0 / 6,     1.0 / 24,    1.0 / 120,
                                    1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880};
      for (int k = 8; k-- > 0;) {
        phi = times(phi, z) + inverse[k];
        slope = times(slope, z) + (k + 1) * inverse[k + 1];
      }
    } else {
      phi = (w - 1.0) / z;
      slope = (w - phi) / z;
    }
    e = dt * phi;
    de_da = dt * dt * slope;
  }
};

Complex entry(const real* re, const real* im, Size i) {
  return {static_cast<double>(re[i]), static_cast<double>(im[i])};
}

// A step l = q block + t, so w^l = (w^block)^q w^t: sums over states or over steps are products of
// matrices with a row of powers for each q and for each t, which are made in double.
struct Blocks {
  Size block, count;
  explicit Blocks(Size length) : block(16) {
    while (block * block < length) block *= 2;
    count = (length + block - 1) / block;
  }
  Size steps() const { return block * count; }
};

// Numbers of the states of one channel, apart by their parts.
struct Numbers {
  std::vector<double> re, im;
  explicit Numbers(Size states, double value = 0)
      : re(static_cast<std::size_t>(states), value), im(static_cast<std::size_t>(states)) {}
  void set(std::size_t n, Complex v) { re[n] = v.real(), im[n] = v.imag(); }
  Complex operator[](std::size_t n) const { return {re[n], im[n]}; }

  // What of a power has faded becomes 0: arithmetic on the smallest numbers is slow.
  void multiply(const Numbers& by) {
    constexpr double faded = 1e-18;
    for (std::size_t n = 0; n < re.size(); ++n) {
      const double r = re[n] * by.re[n] - im[n] * by.im[n];
      const double i = re[n] * by.im[n] + im[n] * by.re[n];
      re[n] = std::abs(r) < faded ? 0 : r;
      im[n] = std::abs(i) < faded ? 0 : i;
    }
  }
};

void put(real* row, const std::vector<double>& v, double scale) {
  for (std::size_t n = 0; n < v.size(); ++n) row[n] = static_cast<real>(scale * v[n]);
}

using Table = std::vector<real>;
Table table(Size rows, Size columns) { return Table(static_cast<std::size_t>(rows * columns)); }

// Of one channel: w of every state, w^block, and what follows from them.
struct Channel {
  std::vector<State> states;
  Numbers w, leap;

  Channel(const S4dArrays<const real>& p, Size c, Size n, Size block) : w(n), leap(n) {
    const double dt = std::exp(static_cast<double>(p.log_dt[c]));
    states.reserve(static_cast<std::size_t>(n));
    for (Size i = 0; i < n; ++i) {
      const State& s = states.emplace_back(dt, entry(p.a_re, p.a_im, c * n + i));
      w.set(static_cast<std::size_t>(i), s.w);
      leap.set(static_cast<std::size_t>(i), std::exp(static_cast<double>(block) * s.z));
    }
  }
};

// rows of w^t: real parts, then imaginary ones, from row to row `columns` apart; and behind them
// t w^t, if there is room.
void fill_powers(Table& out, const Numbers& w, Size rows, Size columns) {
  const Size n = std::ssize(w.re);
  Numbers power(n, 1);
  for (Size t = 0; t < rows; ++t, power.multiply(w)) {
    real* row = out.data() + t * columns;
    for (Size part = 0; part < columns; part += 2 * n) {
      const double scale = part == 0 ? 1 : static_cast<double>(t);
      put(row + part, power.re, scale);
      put(row + part + n, power.im, scale);
    }
  }
}

void make_kernel(real* kernel, const S4dArrays<const real>& p, Size c, const S4dSize& size,
                 const Blocks& blocks, Table& left, Table& right, Table& steps) {
  const Size n = size.states;
  const Channel channel(p, c, n, blocks.block);
  Numbers factor(n), power(n, 1);
  for (Size i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    factor.set(at, 2.0 * times(entry(p.c_re, p.c_im, c * n + i), channel.states[at].e));
  }
  for (Size q = 0; q < blocks.count; ++q, power.multiply(channel.leap)) {
    real* row = left.data() + q * 2 * n;
    for (std::size_t i = 0; i < factor.re.size(); ++i) {
      const Complex v = times(factor[i], power[i]);
      row[i] = static_cast<real>(v.real());
      row[i + factor.re.size()] = static_cast<real>(-v.imag());
    }
  }
  fill_powers(right, channel.w, blocks.block, 2 * n);
  gemm_small(steps.data(), left.data(), right.data(),
             {.m = blocks.count, .n = blocks.block, .k = 2 * n, .transpose_b = true});
  std::copy_n(steps.data(), size.length, kernel);
}

// sum_l g_l w^l and sum_l l g_l w^l for every state, from sums over the steps of each block: rows
// of sum_t g w^t and sum_t g t w^t.
std::array<Numbers, 2> moments(const Table& sums, const Channel& channel, Size n,
                               const Blocks& blocks) {
  std::array<Numbers, 2> all{Numbers(n), Numbers(n)};
  Numbers power(n, 1);
  for (Size q = 0; q < blocks.count; ++q, power.multiply(channel.leap)) {
    const real* row = sums.data() + q * 4 * n;
    const auto start = static_cast<double>(q * blocks.block);
    for (Size i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const Complex plain = entry(row, row + n, i), weighted = entry(row + 2 * n, row + 3 * n, i);
      const Complex zeroth = times(power[at], plain);
      const Complex first = times(power[at], weighted + start * plain);
      all[0].re[at] += zeroth.real(), all[0].im[at] += zeroth.imag();
      all[1].re[at] += first.real(), all[1].im[at] += first.imag();
    }
  }
  return all;
}

void add(real* out, Size i, double value) {
  if (out != nullptr) out[i] += static_cast<real>(2 * value);
}

// With S0 = sum_l g_l w^l and S1 = sum_l l g_l w^l, the loss is 2 Re f, f = C e S0, and f is
// holomorphic: df/dC = e S0, df/dA = C (e' S0 + e dt S1), df/ddt = C (w S0 + e A S1). The
// derivative of 2 Re f by a real part is 2 Re of these, that by an imaginary part -2 Im.
void add_gradients(const S4dArrays<real>& dp, const std::array<Numbers, 2>& s,
                   const Channel& channel, const S4dArrays<const real>& p, Size c, Size n) {
  double by_dt = 0;
  const double dt = std::exp(static_cast<double>(p.log_dt[c]));
  for (Size i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Size place = c * n + i;
    const State& state = channel.states[at];
    const Complex a = entry(p.a_re, p.a_im, place), factor = entry(p.c_re, p.c_im, place);
    const Complex s0 = s[0][at], s1 = s[1][at];
    const Complex by_c = times(state.e, s0);
    const Complex by_a = times(factor, times(state.de_da, s0) + dt * times(state.e, s1));
    by_dt += times(factor, times(state.w, s0) + times(times(state.e, a), s1)).real();
    add(dp.c_re, place, by_c.real());
    add(dp.c_im, place, -by_c.imag());
    add(dp.a_re, place, by_a.real());
    add(dp.a_im, place, -by_a.imag());
  }
  add(dp.log_dt, c, dt * by_dt);
}

}  // namespace

void s4d_kernel(real* kernel, const S4dArrays<const real>& p, const S4dSize& n) noexcept {
  const Blocks blocks(n.length);
  parallel_for(n.channels, 1, [&](Size begin, Size end) {
    Table left = table(blocks.count, 2 * n.states), right = table(blocks.block, 2 * n.states);
    Table steps = table(blocks.steps(), 1);
    for (Size c = begin; c < end; ++c) {
      make_kernel(kernel + c * n.length, p, c, n, blocks, left, right, steps);
    }
  });
}

void s4d_kernel_backward(const S4dArrays<real>& dp, const real* dkernel,
                         const S4dArrays<const real>& p, const S4dSize& n) noexcept {
  const Blocks blocks(n.length);
  const Size columns = 4 * n.states;
  parallel_for(n.channels, 1, [&](Size begin, Size end) {
    Table g = table(blocks.steps(), 1), powers = table(blocks.block, columns);
    Table sums = table(blocks.count, columns);
    for (Size c = begin; c < end; ++c) {
      const Channel channel(p, c, n.states, blocks.block);
      std::copy_n(dkernel + c * n.length, n.length, g.data());
      fill_powers(powers, channel.w, blocks.block, columns);
      gemm_small(sums.data(), g.data(), powers.data(),
                 {.m = blocks.count, .n = columns, .k = blocks.block});
      add_gradients(dp, moments(sums, channel, n.states, blocks), channel, p, c, n.states);
    }
  });
}

}  // namespace dlt::kernels
