#include "ssm/discretize.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace dlt::ssm {
namespace {

double norm_1(const Matrix& a) {
  double most = 0;
  for (int c = 0; c < a.cols(); ++c) {
    double sum = 0;
    for (int r = 0; r < a.rows(); ++r) sum += std::abs(a(r, c));
    most = std::max(most, sum);
  }
  return most;
}

// Of [[h A, h B], [0, 0]] the exponential is [[Abar, Bbar], [0, 1]].
Recurrence hold(const System& s, double step) {
  const int order = s.a.rows();
  Matrix both(order + 1, order + 1);
  for (int r = 0; r < order; ++r) {
    for (int c = 0; c < order; ++c) both(r, c) = step * s.a(r, c);
    both(r, order) = step * s.b[static_cast<std::size_t>(r)];
  }
  both = exponential(std::move(both));
  Recurrence out{Matrix(order, order), Vector(s.b.size())};
  for (int r = 0; r < order; ++r) {
    for (int c = 0; c < order; ++c) out.a(r, c) = both(r, c);
    out.b[static_cast<std::size_t>(r)] = both(r, order);
  }
  return out;
}

// e^z - 1 without cancellation near 0.
Complex expm1(Complex z) {
  const double half = std::sin(z.imag() / 2), growth = std::expm1(z.real());
  return {growth * std::cos(z.imag()) - 2 * half * half, (growth + 1) * std::sin(z.imag())};
}

}  // namespace

Rule rule(std::string_view method, std::optional<double> alpha) {
  if (method == "generalized") {
    require(alpha.has_value(), Exit::usage,
            "method generalized needs an alpha from 0 (forward) to 1 (backward)");
    require(*alpha >= 0 && *alpha <= 1, Exit::usage, "alpha is from 0 to 1, not {}", *alpha);
    return {alpha};
  }
  require(!alpha, Exit::usage, "alpha belongs to method generalized, not to {}", method);
  if (method == "forward") return {0.0};
  if (method == "backward") return {1.0};
  if (method == "bilinear") return {0.5};
  require(method == "zoh", Exit::usage,
          "unknown method '{}': expected forward, backward, bilinear, generalized or zoh", method);
  return {};
}

Recurrence discretize(const System& s, double step, const Rule& rule) {
  if (!rule.alpha) return hold(s, step);
  const int order = s.a.rows();
  Matrix left = s.a, right(order, order + 1);
  left *= -*rule.alpha * step;
  left += Matrix::identity(order);
  for (int r = 0; r < order; ++r) {
    for (int c = 0; c < order; ++c) right(r, c) = (1 - *rule.alpha) * step * s.a(r, c);
    right(r, r) += 1;
    right(r, order) = step * s.b[static_cast<std::size_t>(r)];
  }
  const Matrix both =
      *rule.alpha == 0 ? std::move(right) : solve(std::move(left), std::move(right));
  Recurrence out{Matrix(order, order), Vector(s.b.size())};
  for (int r = 0; r < order; ++r) {
    for (int c = 0; c < order; ++c) out.a(r, c) = both(r, c);
    out.b[static_cast<std::size_t>(r)] = both(r, order);
  }
  return out;
}

ScalarStep discretize(Complex lambda, Complex b, double step, const Rule& rule) {
  if (rule.alpha) {
    const Complex below = 1.0 - *rule.alpha * step * lambda;
    return {(1.0 + (1 - *rule.alpha) * step * lambda) / below, step * b / below};
  }
  const Complex growth = expm1(step * lambda);
  return {growth + 1.0, lambda == 0.0 ? step * b : growth / lambda * b};
}

Matrix exponential(Matrix a) {
  constexpr double coefficients[] = {64764752532480000.,
                                     32382376266240000.,
                                     7771770303897600.,
                                     1187353796428800.,
                                     129060195264000.,
                                     10559470521600.,
                                     670442572800.,
                                     33522128640.,
                                     1323241920.,
                                     40840800.,
                                     960960.,
                                     16380.,
                                     182.,
                                     1.};
  constexpr double reach = 5.371920351148152;  // the norm up to which degree 13 is exact in double
  const double norm = norm_1(a);
  require(std::isfinite(norm), "the exponential of a matrix that is not finite");
  const int squarings =
      norm > reach ? std::max(0, static_cast<int>(std::ceil(std::log2(norm / reach)))) : 0;
  a *= std::ldexp(1, -squarings);

  const Matrix square = a * a;
  Matrix power = Matrix::identity(a.rows()), even(a.rows(), a.rows()), odd = even;
  for (int k = 0; k < 14; k += 2) {
    if (k > 0) power = power * square;
    for (const int j : {k, k + 1}) {
      Matrix term = power;
      term *= coefficients[j];
      (j % 2 == 0 ? even : odd) += term;
    }
  }
  odd = a * odd;
  Matrix above = even;
  above += odd;
  odd *= -1;
  even += odd;
  Matrix result = solve(std::move(even), std::move(above));
  for (int k = 0; k < squarings; ++k) result = result * result;
  return result;
}

}  // namespace dlt::ssm
