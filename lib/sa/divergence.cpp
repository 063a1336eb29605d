#include "sa/divergence.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace dlt::sa {
namespace {

// Without noise, a thousand steps from w0 stay small and end nearer a root than they began.
bool settles(const RootSearch& s, const Step& step) {
  double w = s.w0;
  for (std::int64_t k = 1; k <= 1000; ++k) {
    w -= step(k) * s.g(w);
    if (!(std::fabs(w) <= s.bound)) return false;
  }
  return std::fabs(s.g(w)) < std::fabs(s.g(s.w0));
}

std::string remedy(const RootSearch& s) {
  for (double b = 10; b <= 1e6; b *= 10) {
    const Step slower = s.step.slower(b);
    if (settles(s, slower)) {
      return fmt::format("take a smaller step such as {}, or start nearer the root", slower.text());
    }
  }
  return "take a smaller step, or start nearer the root";
}

std::string what_broke(const RootSearch& s, const Gradient& g, const Overshoot& o) {
  const std::string on = fmt::format("[{:.6g}, {:.6g}]", g.where.low, g.where.high);
  if (o.k == 0 && g.low <= 0) {
    return fmt::format(
        "condition (1), 0 < c1 <= g' <= c2, is broken: g' is as low as {:.4g} on {}, "
        "and where g falls each step leads away from its root: give -(g) instead, "
        "or start elsewhere",
        g.low, on);
  }
  const std::string far = fmt::format(
      "at step {} the step {:.4g} times g'({:.4g}) = {:.4g} is {:.4g}, "
      "more than 2, so that steps overshoot further and further",
      o.k, o.step, o.w, o.slope, o.step * o.slope);
  if (o.k == 0) {
    return fmt::format("condition (2) is broken: with steps {} and noise {} w does not settle; {}",
                       s.step.text(), s.noise, remedy(s));
  }
  if (!g.finite || g.low <= 0 || g.high > 100 * g.low) {
    return fmt::format(
        "condition (1), 0 < c1 <= g' <= c2, is broken: the gradient of g is not bounded "
        "on {}: g' reaches {:.4g}; {}; {}",
        on, g.high, far, remedy(s));
  }
  if (!s.step.sum_of_squares_is_finite().holds) {
    return fmt::format("condition (2), sum a_k^2 < inf, is broken by the step {}: {}; {}",
                       s.step.text(), far, remedy(s));
  }
  return fmt::format("the steps {} meet condition (2) but begin too large: {}; {}", s.step.text(),
                     far, remedy(s));
}

}  // namespace

void Overshoot::watch(const RootSearch& s, std::int64_t at, const RootResult& before, double next) {
  if (k != 0) return;
  const double a = s.step(at), steep = derivative(s.g, before.w);
  if (!(a * steep > 2)) return;
  *this = {at,
           before.w,
           a,
           steep,
           {std::min(before.visited.low, next), std::max(before.visited.high, next)}};
}

std::string say_diverged(const RootSearch& s, const RootResult& before, double next,
                         const Overshoot& overshoot) {
  const Interval where = overshoot.k != 0 ? overshoot.visited : before.visited;
  return fmt::format("the search diverged at step {} (w = {:.4g}): {}", before.steps, next,
                     what_broke(s, gradient_on(s.g, where), overshoot));
}

std::string say_undefined(const RootSearch& s, const RootResult& at) {
  return fmt::format(
      "the search left the domain of g at step {}: g({:.6g}) is not a finite number, so "
      "condition (1), 0 < c1 <= g' <= c2, is broken; {}",
      at.steps + 1, at.w, remedy(s));
}

}  // namespace dlt::sa
