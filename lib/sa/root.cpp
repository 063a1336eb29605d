#include "sa/root.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/rng.h"
#include "sa/divergence.h"

namespace dlt::sa {

double derivative(const Function& g, double w) {
  const double h = 6e-6 * std::max(1.0, std::fabs(w));  // about the cube root of the rounding error
  return (g(w + h) - g(w - h)) / ((w + h) - (w - h));
}

Gradient gradient_on(const Function& g, Interval where) {
  Gradient all = {where, std::numeric_limits<double>::infinity(),
                  -std::numeric_limits<double>::infinity(), true};
  constexpr int places = 512;
  for (int i = 0; i <= places; ++i) {
    const double share = static_cast<double>(i) / places;
    const double slope = derivative(g, where.low * (1 - share) + where.high * share);
    all.finite = all.finite && std::isfinite(slope);
    if (!std::isfinite(slope)) continue;
    all.low = std::min(all.low, slope);
    all.high = std::max(all.high, slope);
  }
  return all;
}

Verdict condition_1(const Gradient& g) {
  const std::string on = fmt::format("on [{:.6g}, {:.6g}]", g.where.low, g.where.high);
  if (!g.finite) return {false, "g' is not finite everywhere " + on};
  const std::string range = fmt::format("{:.4g} <= g' <= {:.4g} {}", g.low, g.high, on);
  // What is below the error of the differences counts as zero.
  return {g.low > 1e-9 * std::max(1.0, g.high), range};
}

RootResult find_root(const RootSearch& s, const std::function<bool(const Observation&)>& visit) {
  require(std::isfinite(s.g(s.w0)), Exit::usage,
          "--expr is not a finite number at w0 = {}: start where it is", s.w0);
  Rng rng(derive(s.seed, "noise"));
  RootResult result = {.steps = 0, .w = s.w0, .visited = {s.w0, s.w0}, .diverged = ""};
  Overshoot overshoot;
  for (std::int64_t k = 1; k <= s.steps; ++k) {
    const double g = s.g(result.w);
    if (!std::isfinite(g)) {
      result.diverged = say_undefined(s, result);
      return result;
    }
    const double a = s.step(k), observed = g + (s.noise > 0 ? s.noise * rng.normal() : 0.0);
    if (!visit({k, a, result.w, observed})) return result;
    const double next = result.w - a * observed;
    overshoot.watch(s, k, result, next);
    result.steps = k;
    if (!(std::fabs(next) <= s.bound)) {
      result.diverged = say_diverged(s, result, next, overshoot);
      return result;
    }
    result.w = next;
    result.visited.low = std::min(result.visited.low, next);
    result.visited.high = std::max(result.visited.high, next);
  }
  return result;
}

std::optional<double> root_near(const Function& g, double w) {
  const double at = g(w);
  if (at == 0) return w;
  for (double reach = 1e-8 * std::max(1.0, std::fabs(w)); reach <= 1e6 * (1 + std::fabs(w));
       reach *= 2) {
    for (double other : {w - reach, w + reach}) {
      const double there = g(other);
      if (!std::isfinite(there) || (there > 0) == (at > 0)) continue;
      double same = w, opposite = other;  // as at w, as at other
      for (;;) {
        const double middle = same + (opposite - same) / 2;
        if (middle == same || middle == opposite) break;
        ((g(middle) > 0) == (at > 0) ? same : opposite) = middle;
      }
      return std::fabs(g(same)) <= std::fabs(g(opposite)) ? same : opposite;
    }
  }
  return std::nullopt;
}

}  // namespace dlt::sa
