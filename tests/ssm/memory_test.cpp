#include "ssm/memory.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/rng.h"
#include "support/failure.h"

namespace dlt::ssm {
namespace {

using Catch::Detail::Approx;

std::size_t at(int n) { return static_cast<std::size_t>(n); }

const std::vector<Rule> all_rules = {{0.0}, {1.0}, {0.5}, {0.3}, {}};

Reals draw(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  Reals out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(rng.normal());
  return out;
}

Reals ramp(int samples) {
  Reals u;
  for (int k = 0; k < samples; ++k) u.push_back((k + 0.5) / samples);
  return u;
}

Vector complex(const Reals& x) { return {x.begin(), x.end()}; }

void check_near(const Vector& x, const Reals& expected, double margin) {
  REQUIRE(x.size() == expected.size());
  for (std::size_t n = 0; n < x.size(); ++n) {
    CHECK(x[n].real() == Approx(expected[n]).margin(margin));
    CHECK(x[n].imag() == 0);
  }
}

// The integral of p_n over [0, x].
double integral(int n, double x) {
  const Vector p = basis(Measure::legs, n + 2, x);
  const auto plain = [&](int k) { return p[at(k)].real() / std::sqrt(2.0 * k + 1); };
  if (n == 0) return x;
  return (plain(n + 1) - plain(n - 1)) / (2 * std::sqrt(2.0 * n + 1));
}

}  // namespace

TEST_CASE("LegS times a vector and its solution in O(N) are those of the dense matrix", "[ssm]") {
  for (const int order : {1, 2, 5, 64, 200}) {
    const Matrix a = legs(order).a;
    const Reals v = draw(at(order), 3);
    const Vector times = a * complex(v);
    check_near(times, legs_times(v), 1e-12 * largest(times));
    for (const double lambda : {1e-3, 0.5, 1.0, 20.0}) {
      Matrix left = a, right(order, 1);
      left *= -lambda;
      left += Matrix::identity(order);
      for (int n = 0; n < order; ++n) right(n, 0) = v[at(n)];
      const Matrix z = solve(left, right);
      const Reals fast = legs_solve(lambda, v);
      for (int n = 0; n < order; ++n) CHECK(fast[at(n)] == Approx(z(n, 0).real()).margin(1e-11));
    }
  }
}

TEST_CASE("LegS remembers a ramp", "[ssm]") {
  const Rule bilinear{0.5};
  check_near(remember(ramp(100), Measure::legs, 4, 0, bilinear),
             {0.497512, 0.290097, 2.8e-5, -3.3e-5}, 5e-7);
  check_near(remember(ramp(1000), Measure::legs, 4, 0, bilinear), {0.49975, 0.288819, 0, 0}, 5e-7);
  check_near(remember(ramp(10000), Measure::legs, 4, 0, bilinear), {0.499975, 0.28869, 0, 0}, 5e-7);
  for (const Rule& rule : all_rules) {  // [0.5, 1 / (2 sqrt 3), 0, 0] in the limit
    check_near(remember(ramp(20000), Measure::legs, 4, 0, rule), {0.5, 0.288675134595, 0, 0}, 1e-3);
  }
}

TEST_CASE("zero-order hold gives the very coefficients of the staircase", "[ssm]") {
  constexpr int samples = 50, order = 12;
  const Reals u = draw(samples, 8);
  const Vector x = remember(u, Measure::legs, order, 0, {});
  for (int n = 0; n < order; ++n) {
    double exact = 0;
    for (int k = 0; k < samples; ++k) {
      exact += u[at(k)] * (integral(n, double(k + 1) / samples) - integral(n, double(k) / samples));
    }
    CHECK(x[at(n)].real() == Approx(exact).margin(1e-13));
  }
}

TEST_CASE("a constant stays what it is", "[ssm]") {
  for (const Rule& rule : all_rules) {
    for (const int k : {1, 2, 7, 1000}) {
      Reals x(9);
      x[0] = -2.5;
      legs_step(x, k, -2.5, rule);
      CHECK(x[0] == Approx(-2.5).epsilon(1e-14));
      for (std::size_t n = 1; n < x.size(); ++n) CHECK(std::fabs(x[n]) < 1e-13);
    }
    for (const Measure m : {Measure::legt, Measure::fourier, Measure::fout}) {
      const Recurrence r = discretize(system(m, 9, 400), 1, rule);
      Vector x(9);
      x[0] = -2.5;
      const Vector next = r.a * x;
      for (std::size_t n = 0; n < 9; ++n) CHECK(std::abs(next[n] - 2.5 * r.b[n] - x[n]) < 1e-13);
    }
  }
}

TEST_CASE("what LegS forgets from sample m to n fades as (m / n)^j", "[ssm]") {
  constexpr int order = 8, m = 20, n = 50;
  Matrix a = legs(order).a;
  a *= std::log(double(n) / m);
  const Matrix whole = exponential(a);
  for (int j = 0; j < order; ++j) {
    Reals x(order);
    x[at(j)] = 1;
    for (int k = m + 1; k <= n; ++k) legs_step(x, k, 0, {});
    CHECK(x[at(j)] == Approx(std::pow(double(m) / n, j + 1)).epsilon(1e-13));  // triangular
    for (int i = 0; i < order; ++i) CHECK(x[at(i)] == Approx(whole(i, j).real()).margin(1e-13));
  }
}

TEST_CASE("LegS does not see how fast time goes", "[ssm]") {
  // Each sample ten times: the same function of t / T.
  const Reals u = draw(300, 4);
  Reals slow;
  for (const double v : u) slow.insert(slow.end(), 10, v);
  check_near(
      remember(slow, Measure::legs, 20, 0, {}),
      [&] {
        Reals x;
        for (const Complex& c : remember(u, Measure::legs, 20, 0, {})) x.push_back(c.real());
        return x;
      }(),
      1e-12);
}

TEST_CASE("a signal comes back from its memory, better at higher orders", "[ssm]") {
  Reals u;
  for (int k = 0; k < 4000; ++k) {
    const double t = (k + 0.5) / 4000;
    u.push_back(std::sin(40 * t) + 0.5 * std::cos(23 * t + 1));
  }
  const auto error = [&](Measure m, int order, double window, const Rule& rule) {
    const Vector x = remember(u, m, order, window, rule);
    return distance(u, recall(x, m, 4000, window)).relative;
  };
  for (const Rule& rule : {Rule{1.0}, Rule{0.5}, Rule{}}) {
    CHECK(error(Measure::legs, 8, 0, rule) > 0.5);
    CHECK(error(Measure::legs, 32, 0, rule) < (rule.alpha == 1.0 ? 0.08 : 0.02));
    CHECK(error(Measure::legt, 8, 1000, rule) > error(Measure::legt, 16, 1000, rule));
    CHECK(error(Measure::legt, 16, 1000, rule) < 0.05);
    CHECK(error(Measure::fout, 65, 1000, rule) < error(Measure::fourier, 65, 1000, rule) / 3);
    CHECK(error(Measure::fourier, 9, 1000, rule) > error(Measure::fourier, 65, 1000, rule));
  }
  CHECK(error(Measure::legs, 64, 0, {}) < 1e-3);
  CHECK(recall(remember(u, Measure::legt, 4, 1000, {}), Measure::legt, 4000, 1000).size() == 1000);
  CHECK(recall(remember(u, Measure::legt, 4, 9000, {}), Measure::legt, 4000, 9000).size() == 4000);
  CHECK(recall(Vector{1}, Measure::fourier, 4000, 2.4).size() == 2);
}

TEST_CASE("distances are taken at the end of the signal", "[ssm]") {
  const Distance d = distance({9, 3, -4}, {3, 0});
  CHECK(d.rms == Approx(std::sqrt(8)));
  CHECK(d.relative == Approx(0.8));
  CHECK(d.largest == 4);
}

TEST_CASE("a memory that outgrows numbers is refused", "[ssm]") {
  const std::string expected =
      "the memory of order 8 left the range of numbers: take a smaller order, or a method that "
      "does not overshoot (backward, bilinear, zoh)";
  CHECK(test::failure([] { remember(Reals(2000, 1.0), Measure::legt, 8, 4, {0.0}); },
                      Exit::usage) == expected);
}

}  // namespace dlt::ssm
