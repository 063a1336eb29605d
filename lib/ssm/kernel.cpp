#include "ssm/kernel.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <kiss_fft.h>
#include <kissfft.hh>
#include <numbers>

namespace dlt::ssm {
namespace {

// At least n and of the factors 2, 3 and 5, which transform fast.
std::int64_t fast_size(std::int64_t n) { return kiss_fft_next_fast_size(static_cast<int>(n)); }

Vector transform(const Vector& x, bool inverse) {
  Vector out(x.size());
  kissfft<double>(x.size(), inverse).transform(x.data(), out.data());
  return out;
}

Matrix power(Matrix a, std::int64_t exponent) {
  Matrix result = Matrix::identity(a.rows());
  for (;; a = a * a) {
    if (exponent % 2 == 1) result = result * a;
    if ((exponent /= 2) == 0) return result;
  }
}

// The points z_j = turn e^(-2 pi i j / count), all of the same z^count: the roots of unity, or,
// turned by half a step, those of -1.
struct Circle {
  std::int64_t count;
  bool turned;

  Complex turn() const {
    return turned ? std::polar(1.0, std::numbers::pi / static_cast<double>(count)) : 1;
  }
  Complex at(std::int64_t j) const {
    return turn() * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(j) /
                                        static_cast<double>(count));
  }
  // c (I - z^count a^count)
  Vector truncated(const Vector& c, const Matrix& a) const {
    Vector out = c * power(a, count);
    for (std::size_t n = 0; n < c.size(); ++n) out[n] = c[n] + (turned ? out[n] : -out[n]);
    return out;
  }
  // The real parts of the first `length` coefficients of the polynomial with these values.
  Reals coefficients(const std::function<Complex(Complex z)>& value, std::int64_t length) const {
    Vector values;
    for (std::int64_t j = 0; j < count; ++j) values.push_back(value(at(j)));
    values = transform(values, true);
    Reals out;
    for (std::int64_t l = 0; l < length; ++l) {
      const double angle =
          turned ? -std::numbers::pi * static_cast<double>(l) / static_cast<double>(count) : 0;
      out.push_back((values[static_cast<std::size_t>(l)] * std::polar(1.0, angle)).real() /
                    static_cast<double>(count));
    }
    return out;
  }
};

// sum_n x_n y_n z_n
Complex sum_of(const Vector& x, const Vector& y, const Vector& z) {
  Complex sum = 0;
  for (std::size_t n = 0; n < x.size(); ++n) sum += x[n] * y[n] * z[n];
  return sum;
}

// c ((1 - z) I - w (diag(lambda) - sum p p^*))^-1 b.
class Resolvent {
 public:
  Resolvent(const Nplr& parts, const Vector& c) : parts_(parts), c_(c), q_(parts.p) {
    for (Vector& q : q_) {
      for (Complex& x : q) x = std::conj(x);
    }
  }

  Complex operator()(Complex z, Complex w) const {
    Vector d(c_.size());
    for (std::size_t n = 0; n < d.size(); ++n) d[n] = 1.0 / (1.0 - z - w * parts_.lambda[n]);
    const Complex plain = sum_of(c_, d, parts_.b);
    const int rank = static_cast<int>(q_.size());
    if (rank == 0) return plain;
    Matrix inner(rank, rank), right(rank, 1);
    for (int r = 0; r < rank; ++r) {
      for (int s = 0; s < rank; ++s) inner(r, s) = w * sum_of(q(r), d, p(s));
      inner(r, r) += 1;
      right(r, 0) = sum_of(q(r), d, parts_.b);
    }
    const Matrix by_rank = solve(std::move(inner), std::move(right));
    Complex low = 0;
    for (int r = 0; r < rank; ++r) low += sum_of(c_, d, p(r)) * by_rank(r, 0);
    return plain - w * low;
  }

 private:
  const Vector& p(int r) const { return parts_.p[static_cast<std::size_t>(r)]; }
  const Vector& q(int r) const { return q_[static_cast<std::size_t>(r)]; }

  const Nplr& parts_;
  const Vector& c_;
  std::vector<Vector> q_;
};

}  // namespace

Reals recur(const Recurrence& r, const Vector& c, const Reals& u) {
  Vector x(r.b.size());
  Reals y;
  for (const double in : u) {
    x = r.a * x;
    for (std::size_t n = 0; n < x.size(); ++n) x[n] += r.b[n] * in;
    y.push_back(dot(c, x).real());
  }
  return y;
}

Reals convolve(const Reals& kernel, const Reals& u) {
  const auto size =
      static_cast<std::size_t>(fast_size(static_cast<std::int64_t>(kernel.size() + u.size())));
  Vector k(kernel.begin(), kernel.end()), x(u.begin(), u.end());
  k.resize(size);
  x.resize(size);
  k = transform(k, false);
  x = transform(x, false);
  for (std::size_t i = 0; i < size; ++i) x[i] *= k[i];
  x = transform(x, true);
  Reals y;
  for (std::size_t i = 0; i < u.size(); ++i) y.push_back(x[i].real() / static_cast<double>(size));
  return y;
}

Reals kernel_by_recurrence(const Recurrence& r, const Vector& c, std::int64_t length) {
  Vector x = r.b;
  Reals kernel;
  for (std::int64_t l = 0; l < length; ++l) {
    if (l > 0) x = r.a * x;
    kernel.push_back(dot(c, x).real());
  }
  return kernel;
}

Reals kernel_by_vandermonde(const Vector& lambda, const Vector& b, const Vector& c, double step,
                            const Rule& rule, std::int64_t length) {
  Reals kernel(static_cast<std::size_t>(length));
  for (std::size_t n = 0; n < lambda.size(); ++n) {
    const ScalarStep s = discretize(lambda[n], b[n], step, rule);
    Complex value = c[n] * s.b;
    for (double& k : kernel) {
      k += 2 * value.real();
      value *= s.a;
    }
  }
  return kernel;
}

Reals kernel_by_cauchy(const Nplr& parts, const Recurrence& r, const Vector& c, double step,
                       double alpha, std::int64_t length) {
  // At z = 1 a state with lambda = 0 alone has no finite value.
  const bool turned = std::ranges::count(parts.lambda, Complex(0)) > 0;
  const Circle circle{fast_size(length), turned};
  const Vector short_c = circle.truncated(c, r.a) * parts.v;
  const Resolvent value(parts, short_c);
  return circle.coefficients(
      [&](Complex z) { return step * value(z, step * (alpha + (1 - alpha) * z)); }, length);
}

Reals kernel_by_schur(const Recurrence& r, const Vector& c, std::int64_t length) {
  const Circle circle{fast_size(length), false};
  const auto [q, t] = schur(r.a);
  const int order = t.rows();
  const Vector row = circle.truncated(c, r.a) * q;
  Vector right(r.b.size());
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < order; ++k)
      right[static_cast<std::size_t>(n)] += std::conj(q(k, n)) * r.b[static_cast<std::size_t>(k)];
  }
  return circle.coefficients(
      [&](Complex z) {
        Vector x = right;  // (I - z t) x = right, from the last row
        for (int n = order - 1; n >= 0; --n) {
          const Complex solved = x[static_cast<std::size_t>(n)] /= 1.0 - z * t(n, n);
          for (int k = 0; k < n; ++k) x[static_cast<std::size_t>(k)] += z * t(k, n) * solved;
        }
        return dot(row, x);
      },
      length);
}

}  // namespace dlt::ssm
