#include "ssm/hippo.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "support/failure.h"

namespace dlt::ssm {
namespace {

std::size_t at(int n) { return static_cast<std::size_t>(n); }

// The largest difference of V (diag(lambda) - sum p p^*) V^* from the system's matrix and of V b
// from its input.
double defect(const Nplr& parts, const System& s) {
  const int order = s.a.rows();
  Matrix middle(order, order), adjoint(order, order);
  for (int n = 0; n < order; ++n) {
    middle(n, n) = parts.lambda[at(n)];
    for (int k = 0; k < order; ++k) {
      for (const Vector& p : parts.p) middle(n, k) -= p[at(n)] * std::conj(p[at(k)]);
      adjoint(n, k) = std::conj(parts.v(k, n));
    }
  }
  const Matrix whole = parts.v * middle * adjoint;
  const Vector b = parts.v * parts.b;
  double most = 0;
  for (int n = 0; n < order; ++n) {
    most = std::max(most, std::abs(b[at(n)] - s.b[at(n)]));
    for (int k = 0; k < order; ++k) most = std::max(most, std::abs(whole(n, k) - s.a(n, k)));
  }
  return most;
}

void check_rows(const System& s, const double (&a)[4][4], const double (&b)[4]) {
  for (int n = 0; n < 4; ++n) {
    CHECK(s.b[at(n)].real() == Approx(b[n]).margin(1e-6));
    for (int k = 0; k < 4; ++k) {
      CHECK(s.a(n, k).real() == Approx(a[n][k]).margin(1e-6));
      CHECK(s.a(n, k).imag() == 0);
    }
  }
}

constexpr double b4[] = {1, 1.732051, 2.236068, 2.645751};

}  // namespace

TEST_CASE("LegS of order 4", "[ssm]") {
  check_rows(legs(4),
             {{-1, 0, 0, 0},
              {-1.732051, -2, 0, 0},
              {-2.236068, -3.872983, -3, 0},
              {-2.645751, -4.582576, -5.91608, -4}},
             b4);
}

TEST_CASE("LegT of order 4", "[ssm]") {
  check_rows(legt(4, 1),
             {{-1, 1.732051, -2.236068, 2.645751},
              {-1.732051, -3, 3.872983, -4.582576},
              {-2.236068, -3.872983, -5, 5.91608},
              {-2.645751, -4.582576, -5.91608, -7}},
             b4);
  const System one = legt(5, 1), wide = legt(5, 4);
  for (int n = 0; n < 5; ++n) {
    CHECK(wide.b[at(n)] == one.b[at(n)] / 4.0);
    for (int k = 0; k < 5; ++k) CHECK(std::abs(wide.a(n, k) - one.a(n, k) / 4.0) < 1e-15);
  }
}

TEST_CASE("the waves of a window: (2 pi i n - 1) / w on the diagonal, -1 / w off it", "[ssm]") {
  const System s = fourier(4, 2), twice = fout(4, 2);
  const double waves[] = {0, 1, -1, 2};
  for (int n = 0; n < 4; ++n) {
    CHECK(s.b[at(n)] == 0.5);
    CHECK(twice.b[at(n)] == 1.0);
    for (int k = 0; k < 4; ++k) {
      const Complex expected{-0.5, n == k ? std::numbers::pi * waves[n] : 0};
      CHECK(std::abs(s.a(n, k) - expected) < 1e-14);
      CHECK(std::abs(twice.a(n, k) - expected + 0.5) < 1e-14);
    }
  }
}

TEST_CASE("every system is the normal matrix and low rank of its parts", "[ssm]") {
  for (const Measure m : {Measure::legs, Measure::legt, Measure::fourier, Measure::fout}) {
    for (const int order : {1, 2, 5, 16}) {
      CAPTURE(name_of(m), order);
      CHECK(defect(nplr(m, order, 2.5), system(m, order, 2.5)) < 1e-11);
    }
  }
}

TEST_CASE("bases are orthonormal on [0, 1], Legendre's have p_n(1) = sqrt(2n + 1)", "[ssm]") {
  constexpr int order = 7, points = 20000;
  for (const Measure m : {Measure::legs, Measure::fourier}) {
    Matrix gram(order, order);
    for (int i = 0; i < points; ++i) {
      const Vector p = basis(m, order, (i + 0.5) / points);
      for (int n = 0; n < order; ++n) {
        for (int k = 0; k < order; ++k)
          gram(n, k) += p[at(n)] * std::conj(p[at(k)]) / double(points);
      }
    }
    for (int n = 0; n < order; ++n) {
      for (int k = 0; k < order; ++k) CHECK(std::abs(gram(n, k) - double(n == k)) < 1e-6);
    }
  }
  const Vector now = basis(Measure::legt, order, 1), first = basis(Measure::legt, order, 0);
  for (int n = 0; n < order; ++n) {
    CHECK(now[at(n)].real() == Approx(std::sqrt(2.0 * n + 1)));
    CHECK(first[at(n)].real() == Approx((n % 2 == 0 ? 1 : -1) * std::sqrt(2.0 * n + 1)));
  }
}

TEST_CASE("orders, windows and measures that are none", "[ssm]") {
  CHECK(test::failure([] { legs(0); }, Exit::usage) ==
        "the order of a memory is at least 1, not 0");
  CHECK(test::failure([] { legt(4, 0); }, Exit::usage) ==
        "the window of a memory is longer than 0, not 0");
  CHECK(test::failure([] { fourier(4, -2); }, Exit::usage) ==
        "the window of a memory is longer than 0, not -2");
  CHECK(test::failure([] { measure("lagt"); }, Exit::usage) ==
        "unknown measure 'lagt': expected legs, legt, fourier or fout");
}

}  // namespace dlt::ssm
