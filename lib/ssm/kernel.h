#pragma once

#include <cstdint>

#include "ssm/memory.h"

namespace dlt::ssm {

// y_k = Re(c x_k), x_k = a x_{k-1} + b u_k from x = 0, and the kernel of the same map,
// K_l = Re(c a^l b): y = K * u (Gu, Goel and Re 2022).

// y, step by step.
Reals recur(const Recurrence& r, const Vector& c, const Reals& u);
// y_k = sum_l kernel_l u_{k-l}, by Fourier transforms of more than twice the length, so that
// nothing wraps around.
Reals convolve(const Reals& kernel, const Reals& u);

// K by powers of a.
Reals kernel_by_recurrence(const Recurrence& r, const Vector& c, std::int64_t length);
// K of a diagonal system of which one state of each pair of conjugates is given:
// 2 Re sum_n c_n b_n a_n^l, a_n and b_n by discretizing lambda_n and b_n.
Reals kernel_by_vandermonde(const Vector& lambda, const Vector& b, const Vector& c, double step,
                            const Rule& rule, std::int64_t length);
// K from its generating function sum_l K_l z^l = c~ (I - z a)^-1 b, c~ = c (I - a^L), at the L
// roots of unity. `parts` are those of the system that `r` was made of with `step` and `alpha`;
// each value costs O(order) by Woodbury's identity and sums over Cauchy's matrix:
//   (I - z a)^-1 b = ((1 - z) I - h (alpha + (1 - alpha) z) A)^-1 h B.
Reals kernel_by_cauchy(const Nplr& parts, const Recurrence& r, const Vector& c, double step,
                       double alpha, std::int64_t length);
// The same by solving with the Schur form of `a`, for steps that are no rational function of A
// (zero-order hold).
Reals kernel_by_schur(const Recurrence& r, const Vector& c, std::int64_t length);

}  // namespace dlt::ssm
