#include "ssm/nplr.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "support/failure.h"

namespace dlt::ssm {
namespace {

double scale(int n) { return std::sqrt(2.0 * n + 1); }

Matrix legs_matrix(int order) {
  Matrix a(order, order);
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < n; ++k) a(n, k) = -scale(n) * scale(k);
    a(n, n) = -(n + 1);
  }
  return a;
}

Matrix legt_matrix(int order) {
  Matrix a(order, order);
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < order; ++k)
      a(n, k) = ((k > n && (k - n) % 2 == 1) ? 1 : -1) * scale(n) * scale(k);
  }
  return a;
}

// The largest difference of V (diag(lambda) - sum p p^*) V^* from A, of V V^* from 1 and of V b
// from sqrt(2n + 1), against the largest number of A.
double defect(const Nplr& parts, const Matrix& a) {
  const int order = a.rows();
  Matrix middle(order, order), adjoint(order, order);
  for (int n = 0; n < order; ++n) {
    const auto i = static_cast<std::size_t>(n);
    middle(n, n) += parts.lambda[i];
    for (int k = 0; k < order; ++k) {
      for (const Vector& p : parts.p)
        middle(n, k) -= p[i] * std::conj(p[static_cast<std::size_t>(k)]);
      adjoint(n, k) = std::conj(parts.v(k, n));
    }
  }
  const Matrix whole = parts.v * middle * adjoint, eye = parts.v * adjoint;
  const Vector b = parts.v * parts.b;
  double most = 0, scale_of_a = 0;
  for (int n = 0; n < order; ++n) {
    most = std::max(most, std::abs(b[static_cast<std::size_t>(n)] - scale(n)));
    for (int k = 0; k < order; ++k) {
      most =
          std::max({most, std::abs(whole(n, k) - a(n, k)), std::abs(eye(n, k) - double(n == k))});
      scale_of_a = std::max(scale_of_a, std::abs(a(n, k)));
    }
  }
  return most / scale_of_a;
}

void check_pairs(const Nplr& parts, double real) {
  const std::size_t order = parts.lambda.size(), pairs = order / 2;
  for (std::size_t k = 0; k < pairs; ++k) {
    CHECK(parts.lambda[k].real() == real);
    CHECK(parts.lambda[k].imag() > (k == 0 ? 0 : parts.lambda[k - 1].imag()));
    CHECK(parts.lambda[pairs + k] == std::conj(parts.lambda[k]));
    CHECK(parts.b[k].real() > 0);
    CHECK(parts.b[k].imag() == 0);
    CHECK(parts.b[pairs + k] == parts.b[k]);
    for (const Vector& p : parts.p) CHECK(p[pairs + k] == std::conj(p[k]));
  }
  if (order % 2 == 1) CHECK(parts.lambda.back() == Complex(real, 0));
}

}  // namespace

TEST_CASE("LegS is normal but for rank 1, LegT but for rank 2", "[ssm]") {
  for (const int order : {1, 2, 3, 4, 7, 16, 33, 64, 200}) {
    CAPTURE(order);
    const Nplr legs = legs_nplr(order), legt = legt_nplr(order);
    CHECK(legs.p.size() == 1);
    CHECK(legt.p.size() == 2);
    CHECK(defect(legs, legs_matrix(order)) < 1e-13);
    CHECK(defect(legt, legt_matrix(order)) < 1e-13);
    check_pairs(legs, -0.5);
    check_pairs(legt, 0);
  }
}

TEST_CASE("LegS of order 4 plus v v^T / 2 and 1 / 2 is antisymmetric; P is sqrt(n + 1/2)",
          "[ssm]") {
  const double upper[4][4] = {{0, 0.866025, 1.118034, 1.322876},
                              {0, 0, 1.936492, 2.291288},
                              {0, 0, 0, 2.95804},
                              {0, 0, 0, 0}};
  const Matrix a = legs_matrix(4);
  for (int n = 0; n < 4; ++n) {
    for (int k = 0; k < 4; ++k) {
      const double s = a(n, k).real() + scale(n) * scale(k) / 2 + (n == k ? 0.5 : 0);
      CHECK(s == Approx(k >= n ? upper[n][k] : -upper[k][n]).margin(1e-6));
    }
  }
  const Nplr parts = legs_nplr(4);
  const Vector p = parts.v * parts.p[0];
  const double expected[] = {0.70710678, 1.22474487, 1.58113883, 1.87082869};
  for (std::size_t n = 0; n < 4; ++n) {
    CHECK(p[n].real() == Approx(expected[n]).margin(1e-8));
    CHECK(std::abs(p[n].imag()) < 1e-14);
  }
}

TEST_CASE("diagonal initial values", "[ssm]") {
  const double pi = std::numbers::pi;
  CHECK(s4d_lin(3) == Vector{{-0.5, 0}, {-0.5, pi}, {-0.5, 2 * pi}});
  const Vector inv = s4d_inv(2);  // 4 / pi (4 / 3 - 1), 4 / pi (4 - 1)
  CHECK(inv[0].imag() == Approx(4 / (3 * pi)));
  CHECK(inv[1].imag() == Approx(12 / pi));
  const Vector legs = s4d_legs(2), all = legs_nplr(4).lambda;
  CHECK(legs == Vector{all[0], all[1]});
  // The characteristic polynomial of S of order 2, x^2 + 3/4.
  CHECK(s4d_legs(1)[0].imag() == Approx(std::sqrt(0.75)).epsilon(1e-14));
}

TEST_CASE("a model without states is refused", "[ssm]") {
  const std::string expected = "the order of a state space model is at least 1, not 0";
  CHECK(test::failure([] { legs_nplr(0); }, Exit::usage) == expected);
  CHECK(test::failure([] { s4d_lin(0); }, Exit::usage) == expected);
}

}  // namespace dlt::ssm
