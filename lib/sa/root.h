#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sa/step.h"

namespace dlt::sa {

using Function = std::function<double(double)>;

// Robbins and Monro (1951): w_{k+1} = w_k - a_k (g(w_k) + noise eta_k), eta_k standard normal.
struct RootSearch {
  Function g;
  double w0 = 0;  // w_1
  Step step;
  double noise = 0;
  std::uint64_t seed = 1;
  std::int64_t steps = 1000;
  double bound = 1e12;  // |w| beyond it has diverged
};

struct Observation {  // of step k, made at w_k
  std::int64_t k;
  double step, w, observed;
};

struct Interval {
  double low, high;
};

// g' on an interval, by central differences at 513 places.
struct Gradient {
  Interval where;
  double low, high;
  bool finite;
};
Gradient gradient_on(const Function& g, Interval where);
double derivative(const Function& g, double w);

// Condition (1) of the convergence theorem: 0 < c1 <= g' <= c2.
Verdict condition_1(const Gradient& gradient);

struct RootResult {
  std::int64_t steps = 0;  // taken
  double w = 0;            // w_{steps+1}
  Interval visited{};
  std::string diverged;  // one sentence that names the broken condition; empty if it did not
};

// `visit` sees every observation before the step that it leads to; it may end the search by
// returning false.
RootResult find_root(const RootSearch& search,
                     const std::function<bool(const Observation&)>& visit);

// A root of g at or around w, by bisection to the last digit; none if no change of sign is near.
std::optional<double> root_near(const Function& g, double w);

}  // namespace dlt::sa
