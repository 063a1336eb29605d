#pragma once

#include <cstdint>
#include <vector>

#include "ssm/discretize.h"

namespace dlt::ssm {

using Reals = std::vector<double>;

// LegS in O(order): A x, and z of (I - lambda A) z = v, by running sums of sqrt(2n + 1) x_n.
Reals legs_times(const Reals& x);
Reals legs_solve(double lambda, const Reals& v);

// Sample u number k = 1, 2, ... comes to the memory x of those before it: x' = (A x + B u) / t from
// t = k - 1 to k. The length of a sample in time cancels. With an alpha
//   (I - alpha A / k) x_k = (I + (1 - alpha) A / k) x_{k-1} + B u / k,
// both sides at the same t = k; without one, exactly for a signal that is constant over the sample:
//   x_k = E (x_{k-1} - e_0 u) + e_0 u,  E = exp(A log(k / (k - 1))),  e_0 = -A^-1 B = (1, 0, ...).
void legs_step(Reals& x, std::int64_t k, double u, const Rule& rule);

// The memory of a signal after its last sample. `window`: in samples; legs has none. An Error if a
// number left the range of double on the way.
Vector remember(const Reals& signal, Measure m, int order, double window, const Rule& rule);

// The signal as a memory after `samples` has it, at the middle of each sample that its window
// reaches: the last as many as the result has.
Reals recall(const Vector& memory, Measure m, std::int64_t samples, double window);

struct Distance {
  double rms, relative, largest;  // relative: rms over that of the signal
};
// Of `recalled` from the end of the signal.
Distance distance(const Reals& signal, const Reals& recalled);

}  // namespace dlt::ssm
