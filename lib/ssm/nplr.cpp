#include "ssm/nplr.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace dlt::ssm {
namespace {

using Column = std::vector<double>;

std::size_t size(int order) { return static_cast<std::size_t>(order); }

Column legendre_scale(int order) {  // sqrt(2n + 1)
  Column v(size(order));
  for (int n = 0; n < order; ++n) v[size(n)] = std::sqrt(2.0 * n + 1);
  return v;
}

// x of V^* x, for one column of V.
Complex seen_by(const Matrix& v, int column, const Column& x) {
  Complex sum = 0;
  for (int n = 0; n < v.rows(); ++n) sum += std::conj(v(n, column)) * x[size(n)];
  return sum;
}

// Turns column `from` of `w` so that it sees `b` as a positive number.
void put_column(Matrix& v, int to, const Matrix& w, int from, const Column& b) {
  const Complex seen = seen_by(w, from, b);
  const Complex turn = seen / std::abs(seen);
  for (int n = 0; n < v.rows(); ++n) v(n, to) = w(n, from) * turn;
}

// The eigenvectors of a real skew-symmetric S in the order of Nplr, and lambda - shift. i S is
// Hermitian: i S w = mu w, so that S w = -i mu w, and the conjugate of w belongs to i mu.
Nplr in_order(const Eigen& eigen, double shift, const Column& b) {
  const int order = eigen.vectors.rows(), pairs = order / 2;
  Nplr out{Vector(size(order)), Vector(size(order)), {}, Matrix(order, order)};
  for (int k = 0; k < pairs; ++k) {
    const int from = pairs - 1 - k;  // mu < 0, the nearest to 0 first
    put_column(out.v, k, eigen.vectors, from, b);
    out.lambda[size(k)] = {shift, -eigen.values[size(from)]};
    out.lambda[size(pairs + k)] = std::conj(out.lambda[size(k)]);
    for (int n = 0; n < order; ++n) out.v(n, pairs + k) = std::conj(out.v(n, k));
  }
  if (order % 2 == 1) {  // mu = 0
    put_column(out.v, order - 1, eigen.vectors, pairs, b);
    out.lambda[size(order - 1)] = shift;
    for (int n = 0; n < order; ++n) out.v(n, order - 1) = out.v(n, order - 1).real();
  }
  return out;
}

// A = S + shift I - sum p p^T with S real and skew-symmetric.
Nplr nplr(const Matrix& i_times_s, double shift, const std::vector<Column>& p, const Column& b) {
  Nplr out = in_order(hermitian_eigen(i_times_s), shift, b);
  const int order = out.v.rows(), pairs = order / 2;
  const auto seen = [&](const Column& x) {
    Vector y(size(order));
    for (int k = 0; k < pairs; ++k) {
      y[size(k)] = seen_by(out.v, k, x);
      y[size(pairs + k)] = std::conj(y[size(k)]);
    }
    if (order % 2 == 1) y[size(order - 1)] = seen_by(out.v, order - 1, x).real();
    return y;
  };
  out.b = seen(b);
  for (Complex& v : out.b) v = v.real();
  for (const Column& x : p) out.p.push_back(seen(x));
  return out;
}

void check_order(int order) {
  require(order >= 1, Exit::usage, "the order of a state space model is at least 1, not {}", order);
}

}  // namespace

Nplr legs_nplr(int order) {
  check_order(order);
  const Column v = legendre_scale(order);
  Matrix s(order, order);  // i (A + v v^T / 2 + I / 2)
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < n; ++k) s(n, k) = -(s(k, n) = {0, v[size(n)] * v[size(k)] / 2});
  }
  Column p = v;
  for (double& x : p) x /= std::numbers::sqrt2;
  return nplr(s, -0.5, {p}, v);
}

Nplr legt_nplr(int order) {
  check_order(order);
  const Column v = legendre_scale(order);
  Matrix s(order, order);  // i (A + even even^T + odd odd^T)
  std::vector<Column> p(2, Column(size(order)));
  for (int n = 0; n < order; ++n) {
    for (int k = n - 1; k >= 0; k -= 2) s(n, k) = -(s(k, n) = {0, v[size(n)] * v[size(k)]});
    p[size(n % 2)][size(n)] = v[size(n)];
  }
  return nplr(s, 0, p, v);
}

Vector s4d_lin(int n) {
  check_order(n);
  Vector lambda;
  for (int k = 0; k < n; ++k) lambda.emplace_back(-0.5, std::numbers::pi * k);
  return lambda;
}

Vector s4d_inv(int n) {
  check_order(n);
  const double states = 2.0 * n;
  Vector lambda;
  for (int k = n - 1; k >= 0; --k) {
    lambda.emplace_back(-0.5, states / std::numbers::pi * (states / (2.0 * k + 1) - 1));
  }
  return lambda;
}

Vector s4d_legs(int n) {
  check_order(n);
  Vector lambda = legs_nplr(2 * n).lambda;
  lambda.resize(size(n));
  return lambda;
}

}  // namespace dlt::ssm
