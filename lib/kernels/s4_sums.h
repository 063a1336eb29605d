#pragma once

#include <complex>

#include "kernels/gemm.h"

// The sums in S4's kernel over states and over points of the complex plane, in double:
// Q_j(g) = sum_n w_jn / (g - a_n) + conj(w_jn) / (g - conj(a_n))
//        = sum_n (rise_jn g + base_jn) / ((g - a_n) (g - conj(a_n)))
// for four sets of weights w_j; rise = 2 Re w, base = -2 Re(w conj(a)).
namespace dlt::kernels {

constexpr int sets = 4;
constexpr Size point_lanes = 16;  // points come in whole numbers of these

struct Pole {
  std::complex<double> a;
  double rise[sets], base[sets];
};
struct Points {  // [count]
  const double *re, *im;
  Size count;
};
template <class Number>
struct SetsOfPoints {  // [count] each
  Number *re[sets], *im[sets];
};
void pole_sums(const SetsOfPoints<double>& q, const Pole* poles, Size states,
               const Points& g) noexcept;

// The derivatives of Re sum_j sum_g h_j Q_j(g) by the numbers of each pole.
struct PoleGradient {
  double rise[sets], base[sets];
  double a_re, a_im;  // with rise and base kept
};
void pole_gradients(PoleGradient* out, const SetsOfPoints<const double>& h, const Pole* poles,
                    Size states, const Points& g) noexcept;

}  // namespace dlt::kernels
