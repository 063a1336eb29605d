#include "ssm/memory.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace dlt::ssm {
namespace {

double scale(std::size_t n) { return std::sqrt(2.0 * static_cast<double>(n) + 1); }

void add(Reals& x, double factor, const Reals& y) {
  for (std::size_t n = 0; n < x.size(); ++n) x[n] += factor * y[n];
}

// The sum of the absolute values of the last row of A, which has the most.
double largest_row(std::size_t order) {
  double before = 0;
  for (std::size_t n = 0; n + 1 < order; ++n) before += scale(n);
  return scale(order - 1) * before + static_cast<double>(order);
}

// exp(A time) x: in parts so short that each is a short Taylor series.
void legs_flow(Reals& x, double time) {
  const double parts = std::ceil(std::max(1.0, time * largest_row(x.size())));
  for (double part = 0; part < parts; ++part) {
    Reals term = x;
    double size = 1;
    for (int k = 1; k < 30 && size > 1e-18; ++k) {
      term = legs_times(term);
      double most = 0, whole = 0;
      for (std::size_t n = 0; n < x.size(); ++n) {
        term[n] *= time / parts / k;
        x[n] += term[n];
        most = std::max(most, std::fabs(term[n]));
        whole = std::max(whole, std::fabs(x[n]));
      }
      size = whole > 0 ? most / whole : 0;
    }
  }
}

Vector legs_memory(const Reals& signal, int order, const Rule& rule) {
  Reals x(static_cast<std::size_t>(order));
  std::int64_t k = 0;
  for (const double u : signal) legs_step(x, ++k, u, rule);
  return {x.begin(), x.end()};
}

Vector window_memory(const Reals& signal, const Recurrence& r) {
  Vector x(r.b.size());
  for (const double u : signal) {
    x = r.a * x;
    for (std::size_t n = 0; n < x.size(); ++n) x[n] += r.b[n] * u;
  }
  return x;
}

}  // namespace

Reals legs_times(const Reals& x) {
  Reals y(x.size());
  double sum = 0;
  for (std::size_t n = 0; n < x.size(); ++n) {
    const double v = scale(n);
    y[n] = -v * sum - static_cast<double>(n + 1) * x[n];
    sum += v * x[n];
  }
  return y;
}

// S_n = ((1 - lambda n) S_{n-1} + sqrt(2n + 1) v_n) / (1 + lambda n + lambda), the sums of
// sqrt(2n + 1) z_n; each z_n from the row of the system.
Reals legs_solve(double lambda, const Reals& v) {
  Reals z(v.size());
  double sum = 0;
  for (std::size_t n = 0; n < v.size(); ++n) {
    const double at = lambda * static_cast<double>(n), below = 1 + at + lambda;
    z[n] = (v[n] - lambda * scale(n) * sum) / below;
    sum = ((1 - at) * sum + scale(n) * v[n]) / below;
  }
  return z;
}

void legs_step(Reals& x, std::int64_t k, double u, const Rule& rule) {
  const double t = static_cast<double>(k);
  if (!rule.alpha) {
    if (k == 1) std::ranges::fill(x, 0);  // E = 0: nothing lasts from t = 0
    x[0] -= u;
    if (k > 1) legs_flow(x, -std::log1p(-1 / t));
    x[0] = k == 1 ? u : x[0] + u;
    return;
  }
  if (*rule.alpha < 1) add(x, (1 - *rule.alpha) / t, legs_times(x));
  for (std::size_t n = 0; n < x.size(); ++n) x[n] += scale(n) * u / t;
  if (*rule.alpha > 0) x = legs_solve(*rule.alpha / t, x);
}

Vector remember(const Reals& signal, Measure m, int order, double window, const Rule& rule) {
  Vector x = m == Measure::legs
                 ? legs_memory(signal, order, rule)
                 : window_memory(signal, discretize(system(m, order, window), 1, rule));
  for (const Complex& c : x) {
    require(std::isfinite(c.real()) && std::isfinite(c.imag()), Exit::usage,
            "the memory of order {} left the range of numbers: take a smaller order, or a method "
            "that does not overshoot (backward, bilinear, zoh)",
            order);
  }
  return x;
}

Reals recall(const Vector& memory, Measure m, std::int64_t samples, double window) {
  const double all = static_cast<double>(samples), reach = m == Measure::legs ? all : window;
  const auto count = static_cast<std::int64_t>(std::min(all, std::floor(reach + 0.5)));
  Reals out;
  for (std::int64_t back = count; back >= 1; --back) {
    const double x = 1 - (static_cast<double>(back) - 0.5) / reach;
    out.push_back(dot(memory, basis(m, static_cast<int>(memory.size()), x)).real());
  }
  return out;
}

Distance distance(const Reals& signal, const Reals& recalled) {
  double off = 0, of_signal = 0, most = 0;
  for (std::size_t i = 0; i < recalled.size(); ++i) {
    const double u = signal[signal.size() - recalled.size() + i], gap = recalled[i] - u;
    off += gap * gap;
    of_signal += u * u;
    most = std::max(most, std::fabs(gap));
  }
  return {std::sqrt(off / static_cast<double>(recalled.size())), std::sqrt(off / of_signal), most};
}

}  // namespace dlt::ssm
