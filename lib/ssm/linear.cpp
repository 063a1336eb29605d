#include "ssm/linear.h"

#include <algorithm>
#include <cblas.h>
#include <cmath>

#include "base/error.h"

// LAPACK as Fortran has it, from OpenBLAS.
extern "C" {
void zgesv_(const int* n, const int* nrhs, dlt::ssm::Complex* a, const int* lda, int* pivots,
            dlt::ssm::Complex* b, const int* ldb, int* info);
void zheev_(const char* job, const char* uplo, const int* n, dlt::ssm::Complex* a, const int* lda,
            double* w, dlt::ssm::Complex* work, const int* lwork, double* rwork, int* info);
void zgees_(const char* job, const char* sort, int (*select)(const dlt::ssm::Complex*),
            const int* n, dlt::ssm::Complex* a, const int* lda, int* sdim, dlt::ssm::Complex* w,
            dlt::ssm::Complex* vs, const int* ldvs, dlt::ssm::Complex* work, const int* lwork,
            double* rwork, int* bwork, int* info);
}

namespace dlt::ssm {
namespace {

// The same sums, hence the same bytes, on any number of cores.
void one_thread() {
  static const bool set = [] {
    openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(set);
}

constexpr Complex one = 1, zero = 0;

Vector times(const Matrix& a, CBLAS_TRANSPOSE transpose, const Vector& x, int rows) {
  one_thread();
  Vector y(static_cast<std::size_t>(rows));
  cblas_zgemv(CblasColMajor, transpose, a.rows(), a.cols(), &one, a.data(), a.rows(), x.data(), 1,
              &zero, y.data(), 1);
  return y;
}

}  // namespace

Matrix Matrix::identity(int order) {
  Matrix eye(order, order);
  for (int n = 0; n < order; ++n) eye(n, n) = 1;
  return eye;
}

Matrix& Matrix::operator*=(Complex factor) {
  for (Complex& v : values_) v *= factor;
  return *this;
}

Matrix& Matrix::operator+=(const Matrix& other) {
  std::ranges::transform(values_, other.values_, values_.begin(), std::plus<>());
  return *this;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  one_thread();
  Matrix c(a.rows(), b.cols());
  cblas_zgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, a.rows(), b.cols(), a.cols(), &one,
              a.data(), a.rows(), b.data(), b.rows(), &zero, c.data(), c.rows());
  return c;
}

Vector operator*(const Matrix& a, const Vector& x) { return times(a, CblasNoTrans, x, a.rows()); }
Vector operator*(const Vector& x, const Matrix& a) { return times(a, CblasTrans, x, a.cols()); }

Complex dot(const Vector& x, const Vector& y) {
  Complex sum = 0;
  for (std::size_t n = 0; n < x.size(); ++n) sum += x[n] * y[n];
  return sum;
}

double largest(const Vector& x) {
  double most = 0;
  for (const Complex& v : x) most = std::max(most, std::abs(v));
  return most;
}

Matrix solve(Matrix a, Matrix b) {
  one_thread();
  const int n = a.rows(), columns = b.cols();
  std::vector<int> pivots(static_cast<std::size_t>(n));
  int info = 0;
  zgesv_(&n, &columns, a.data(), &n, pivots.data(), b.data(), &n, &info);
  require(info == 0, "a system of {} equations is singular", n);
  return b;
}

Eigen hermitian_eigen(Matrix a) {
  one_thread();
  const int n = a.rows(), lwork = 64 * n;
  std::vector<double> values(static_cast<std::size_t>(n)), rwork(static_cast<std::size_t>(3 * n));
  Vector work(static_cast<std::size_t>(lwork));
  int info = 0;
  zheev_("V", "U", &n, a.data(), &n, values.data(), work.data(), &lwork, rwork.data(), &info);
  require(info == 0, "the eigenvalues of a matrix of order {} were not found", n);
  return {std::move(values), std::move(a)};
}

Schur schur(Matrix a) {
  one_thread();
  const int n = a.rows(), lwork = 64 * n;
  const auto size = static_cast<std::size_t>(n);
  Matrix q(n, n);
  Vector values(size), work(static_cast<std::size_t>(lwork));
  std::vector<double> rwork(size);
  std::vector<int> unused(size);
  int info = 0, sorted = 0;
  zgees_("V", "N", nullptr, &n, a.data(), &n, &sorted, values.data(), q.data(), &n, work.data(),
         &lwork, rwork.data(), unused.data(), &info);
  require(info == 0, "the eigenvalues of a matrix of order {} were not found", n);
  return {std::move(q), std::move(a)};
}

double spectral_radius(const Matrix& a) {
  const Matrix t = schur(a).t;
  double radius = 0;
  for (int n = 0; n < t.rows(); ++n) radius = std::max(radius, std::abs(t(n, n)));
  return radius;
}

}  // namespace dlt::ssm
