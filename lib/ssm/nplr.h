#pragma once

#include <vector>

#include "ssm/linear.h"

namespace dlt::ssm {

// A real system matrix, normal but for a low rank: A = V (diag(lambda) - sum_r p_r p_r^*) V^* with
// V unitary, and its input B = V b (Gu, Goel and Re 2022, appendix C).
//
// All states are here, conjugates not left out: of `order` states the first order / 2 have
// Im(lambda) > 0, growing; then come their conjugates in the same order (lambda, b, every p_r and
// the columns of V, exactly); of an odd order the real state is the last. So a layer that keeps
// one state of each pair takes the first order / 2 entries of an even order and doubles real
// parts. The phase of each column of V is chosen so that b is real and positive.
struct Nplr {
  Vector lambda, b;       // [order]
  std::vector<Vector> p;  // [rank][order]
  Matrix v;               // [order, order]
};

// LegS: rank 1, Re(lambda) = -1/2. In the basis of A, p is sqrt(n + 1/2).
Nplr legs_nplr(int order);
// LegT for a window of 1: rank 2, Re(lambda) = 0. In the basis of A, the p_r are sqrt(2n + 1) for
// even n and for odd n, 0 for the others. For a window w divide lambda and b by w, p by sqrt(w).
Nplr legt_nplr(int order);

// lambda of diagonal systems (Gu, Gupta, Goel and Re 2022, section 4.3): the n of 2n states that
// have a positive (of `lin`, the first: zero) imaginary part, growing; Re = -1/2.
Vector s4d_lin(int n);   // Im = pi k
Vector s4d_inv(int n);   // Im = 2n / pi (2n / (2k + 1) - 1), k falling
Vector s4d_legs(int n);  // of legs_nplr(2n)

}  // namespace dlt::ssm
