#pragma once

#include <complex>
#include <vector>

#include "config/reader.h"
#include "nn/params.h"
#include "ops/ops.h"

namespace dlt::models {

// What S4 and S4D have in common.
struct S4Config {
  std::int64_t width = 128;
  double dropout = 0;                       // before the last projection
  std::int64_t states = 64;                 // of each channel: half as many conjugate pairs
  double step_min = 0.001, step_max = 0.1;  // where step sizes begin
  double ssm_lr_scale = 0.1;                // of the rate of step sizes and matrices

  static S4Config read(config::Reader& model, std::int64_t width, double dropout);
  std::int64_t pairs() const { return states / 2; }
};

// What both learn, and how: a = -exp(log_A_real) + i A_imag, stable whatever is learned.
struct S4Parameters {
  Tensor log_dt;              // [width]
  Tensor log_a_real, a_imag;  // [width, pairs]
  Tensor c_real, c_imag;      // [width, pairs]
  Tensor d;                   // [width]

  // Every channel begins with these a, one of each pair.
  S4Parameters(const nn::Scope& s, const S4Config& c, const std::vector<std::complex<double>>& a);

  Tensor a_real() const { return ops::neg(ops::exp(log_a_real)); }
  // Of x [batch, time, width] with the kernel [width, time], plus d x.
  Tensor convolve(const Tensor& x, const Tensor& kernel) const;
};

// [width, pairs] of a matrix that is learned as A is; every row begins with `values`.
Tensor ssm_matrix(const nn::Scope& s, std::string_view name, const S4Config& c,
                  const std::vector<double>& values);
std::vector<double> parts(const std::vector<std::complex<double>>& v, bool imaginary);

// Number i of a complex array in two parts.
inline std::complex<double> complex_at(const Tensor& re, const Tensor& im, std::int64_t i) {
  return {static_cast<double>(re.data()[i]), static_cast<double>(im.data()[i])};
}
// std::complex's product checks every result for NaN.
inline std::complex<double> times(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace dlt::models
