#include "embed/pca.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/parallel.h"
#include "base/rng.h"

namespace dlt::embed {
namespace {

using Numbers = std::vector<double>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

double dot(const double* a, const double* b, std::int64_t n) {
  return std::inner_product(a, a + n, b, 0.0);
}

// Rows about their mean, column by column: [dim, n].
Numbers centred(const Tensor& rows) {
  const std::int64_t n = rows.dim(0), dim = rows.dim(1);
  Numbers columns(at(n * dim));
  parallel_each(dim, 2 * n, [&](std::int64_t d) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(rows.data()[i * dim + d]);
    for (std::int64_t i = 0; i < n; ++i) {
      columns[at(d * n + i)] =
          static_cast<double>(rows.data()[i * dim + d]) - sum / static_cast<double>(n);
    }
  });
  return columns;
}

Numbers covariance(const Numbers& columns, std::int64_t n, std::int64_t dim) {
  Numbers c(at(dim * dim));
  parallel_each(dim, n * dim / 2, [&](std::int64_t i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      c[at(i * dim + j)] =
          dot(&columns[at(i * n)], &columns[at(j * n)], n) / static_cast<double>(n);
    }
  });
  for (std::int64_t i = 0; i < dim; ++i) {
    for (std::int64_t j = i + 1; j < dim; ++j) c[at(i * dim + j)] = c[at(j * dim + i)];
  }
  return c;
}

double length(const double* row, std::int64_t dim) { return std::sqrt(dot(row, row, dim)); }

// Rows [m, dim] made orthonormal (Gram and Schmidt). A row of which nothing but rounding is left
// over is drawn anew.
void orthonormalize(Numbers& rows, std::int64_t m, std::int64_t dim, Rng& rng) {
  for (std::int64_t i = 0; i < m; ++i) {
    double* row = &rows[at(i * dim)];
    for (int clean = 0; clean < 2;) {
      const double before = length(row, dim);
      for (std::int64_t j = 0; j < i; ++j) {
        const double* other = &rows[at(j * dim)];
        const double along = dot(row, other, dim);
        for (std::int64_t d = 0; d < dim; ++d) row[d] -= along * other[d];
      }
      const double after = length(row, dim);
      if (after <= 1e-6 * before) {
        std::generate_n(row, dim, [&] { return rng.normal(); });
        clean = 0;
        continue;
      }
      std::transform(row, row + dim, row, [&](double x) { return x / after; });
      ++clean;
    }
  }
}

struct Eigen {
  Numbers values, vectors;  // vectors: rows [m, m], in the order of the values
};

// One turn that makes a[p][q] zero, of the matrix and of the vectors.
void turn(Numbers& a, Numbers& v, std::int64_t m, std::int64_t p, std::int64_t q) {
  const double apq = a[at(p * m + q)];
  if (apq == 0) return;
  const double theta = (a[at(q * m + q)] - a[at(p * m + p)]) / (2 * apq);
  const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::hypot(1, theta));
  const double c = 1 / std::hypot(1, t), s = t * c;
  const auto mix = [&](double& x, double& y) {
    const double old = x;
    x = c * old - s * y;
    y = s * old + c * y;
  };
  for (std::int64_t k = 0; k < m; ++k) mix(a[at(k * m + p)], a[at(k * m + q)]);
  for (std::int64_t k = 0; k < m; ++k) mix(a[at(p * m + k)], a[at(q * m + k)]);
  for (std::int64_t k = 0; k < m; ++k) mix(v[at(p * m + k)], v[at(q * m + k)]);
}

// Of a symmetric matrix [m, m], by Jacobi's turns; the largest value first.
Eigen eigen(Numbers a, std::int64_t m) {
  Numbers v(at(m * m));
  for (std::int64_t i = 0; i < m; ++i) v[at(i * m + i)] = 1;
  for (int sweep = 0; sweep < 30; ++sweep) {
    for (std::int64_t p = 0; p < m; ++p) {
      for (std::int64_t q = p + 1; q < m; ++q) turn(a, v, m, p, q);
    }
  }
  std::vector<std::int64_t> order(at(m));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, [&](std::int64_t i, std::int64_t j) { return a[at(i * m + i)] > a[at(j * m + j)]; });
  Eigen e;
  for (const std::int64_t i : order) {
    e.values.push_back(a[at(i * m + i)]);
    e.vectors.insert(e.vectors.end(), v.begin() + i * m, v.begin() + (i + 1) * m);
  }
  return e;
}

// y [m, columns] = a [m, inner] b [inner, columns]
Numbers product(const Numbers& a, const Numbers& b, std::int64_t m, std::int64_t inner,
                std::int64_t columns) {
  Numbers y(at(m * columns));
  parallel_each(m, inner * columns, [&](std::int64_t i) {
    for (std::int64_t k = 0; k < inner; ++k) {
      const double factor = a[at(i * inner + k)];
      for (std::int64_t j = 0; j < columns; ++j) {
        y[at(i * columns + j)] += factor * b[at(k * columns + j)];
      }
    }
  });
  return y;
}

// Eigenvectors of the largest values of c [dim, dim], as rows [m, dim].
Eigen largest(const Numbers& c, std::int64_t m, std::int64_t parts, std::int64_t dim) {
  Rng rng(1);
  Numbers basis(at(m * dim));
  for (double& x : basis) x = rng.normal();
  orthonormalize(basis, m, dim, rng);
  Numbers before(at(parts));
  for (int round = 0;; ++round) {
    const Numbers image = product(basis, c, m, dim, dim);
    Numbers small(at(m * m));
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < m; ++j) {
        small[at(i * m + j)] = dot(&basis[at(i * dim)], &image[at(j * dim)], dim);
      }
    }
    const Eigen e = eigen(small, m);
    double moved = 0;
    for (std::int64_t i = 0; i < parts; ++i) {
      moved = std::max(moved, std::fabs(e.values[at(i)] - before[at(i)]));
      before[at(i)] = e.values[at(i)];
    }
    const bool settled = moved <= 1e-13 * std::fabs(e.values.front()) || round == 1000;
    basis = product(e.vectors, settled ? basis : image, m, m, dim);
    if (settled) return {e.values, basis};
    orthonormalize(basis, m, dim, rng);
  }
}

}  // namespace

Principal principal(const Tensor& rows, std::int64_t parts) {
  const std::int64_t n = rows.dim(0), dim = rows.dim(1);
  const Numbers columns = centred(rows), c = covariance(columns, n, dim);
  Eigen e = largest(c, std::min(dim, parts + 8), parts, dim);
  Principal p;
  p.parts = parts;
  for (std::int64_t d = 0; d < dim; ++d) p.variance += c[at(d * dim + d)];
  p.variances.assign(e.values.begin(), e.values.begin() + parts);
  for (double& v : p.variances) v = std::max(v, 0.0);
  for (std::int64_t i = 0; i < parts; ++i) {
    double* row = &e.vectors[at(i * dim)];
    const double most = *std::max_element(
        row, row + dim, [](double a, double b) { return std::fabs(a) < std::fabs(b); });
    if (most < 0) std::transform(row, row + dim, row, std::negate<>());
  }
  const Numbers along = product(e.vectors, columns, parts, dim, n);
  p.places.resize(at(n * parts));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < parts; ++k) p.places[at(i * parts + k)] = along[at(k * n + i)];
  }
  return p;
}

}  // namespace dlt::embed
