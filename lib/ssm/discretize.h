#pragma once

#include <optional>
#include <string_view>

#include "ssm/hippo.h"

namespace dlt::ssm {

// How x' = A x + B u becomes steps of length h:
//   (I - alpha h A) x_k = (I + (1 - alpha) h A) x_{k-1} + h B u_k,
// or, without an alpha, exactly for input that is constant over the step (zero-order hold).
struct Rule {
  std::optional<double> alpha;
};
// forward (Euler: alpha 0), backward (Euler: 1), bilinear (1/2), generalized (any alpha in [0, 1],
// which it alone needs), zoh. An Error for other names and an alpha out of place.
Rule rule(std::string_view method, std::optional<double> alpha);

// x_k = a x_{k-1} + b u_k.
struct Recurrence {
  Matrix a;
  Vector b;
};
Recurrence discretize(const System& system, double step, const Rule& rule);

// One state alone: x' = lambda x + b u.
struct ScalarStep {
  Complex a, b;
};
ScalarStep discretize(Complex lambda, Complex b, double step, const Rule& rule);

// e^a by scaling and squaring with the Pade approximant of degree 13 (Higham 2005).
Matrix exponential(Matrix a);

}  // namespace dlt::ssm
