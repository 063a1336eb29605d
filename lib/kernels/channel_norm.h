#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

// The passes over memory of normalizations by channel or group of channels. A row is one channel of
// one sample, x [rows, inner]; what is between the passes is small.
namespace dlt::kernels {

struct Moments {
  double count = 0, mean = 0, squares = 0;  // sum (x - mean)^2

  void merge(const Moments& other);  // Chan, Golub and LeVeque 1979
};

void row_moments(Moments* moments, const real* x, Size rows, Size inner) noexcept;

// y = (x - center) factor + offset
struct Affine {
  real center, factor, offset;
};
void affine_rows(real* y, const real* x, const Affine* by_row, Size rows, Size inner) noexcept;

struct Pulls {
  double plain, along;  // sum dy, sum dy (x - center)
};
void row_pulls(Pulls* pulls, const real* dy, const real* x, const Affine* by_row, Size rows,
               Size inner) noexcept;

// dx (+)= dy factor + (x - center) slope + offset
struct Pulled {
  real center, factor, slope, offset;
};
void pull_rows(real* dx, const real* dy, const real* x, const Pulled* by_row, bool accumulate,
               Size rows, Size inner) noexcept;

// y [b, a, inner] = x [a, b, inner] with its first two axes exchanged.
void exchange(real* y, const real* x, Size a, Size b, Size inner) noexcept;

}  // namespace dlt::kernels
