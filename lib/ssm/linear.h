#pragma once

#include <complex>
#include <vector>

namespace dlt::ssm {

using Complex = std::complex<double>;
using Vector = std::vector<Complex>;

// A dense matrix, stored column by column.
class Matrix {
 public:
  Matrix(int rows, int cols)
      : rows_(rows),
        cols_(cols),
        values_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols)) {}
  static Matrix identity(int order);

  int rows() const { return rows_; }
  int cols() const { return cols_; }
  Complex& operator()(int row, int col) { return values_[at(row, col)]; }
  const Complex& operator()(int row, int col) const { return values_[at(row, col)]; }
  Complex* data() { return values_.data(); }
  const Complex* data() const { return values_.data(); }

  Matrix& operator*=(Complex factor);
  Matrix& operator+=(const Matrix& other);

 private:
  std::size_t at(int row, int col) const {
    return static_cast<std::size_t>(row) +
           static_cast<std::size_t>(col) * static_cast<std::size_t>(rows_);
  }

  int rows_, cols_;
  std::vector<Complex> values_;
};

Matrix operator*(const Matrix& a, const Matrix& b);
Vector operator*(const Matrix& a, const Vector& x);
Vector operator*(const Vector& x, const Matrix& a);  // the row x times a
Complex dot(const Vector& x, const Vector& y);       // sum x_n y_n, nothing conjugated
double largest(const Vector& x);                     // |x_n|

// X of a X = b. An Error where `a` is singular.
Matrix solve(Matrix a, Matrix b);

// A Hermitian matrix = vectors diag(values) vectors^*, values growing.
struct Eigen {
  std::vector<double> values;
  Matrix vectors;
};
Eigen hermitian_eigen(Matrix a);

// a = q t q^*, q unitary and t upper triangular with the eigenvalues of `a` on its diagonal.
struct Schur {
  Matrix q, t;
};
Schur schur(Matrix a);

// The largest absolute value of an eigenvalue.
double spectral_radius(const Matrix& a);

}  // namespace dlt::ssm
