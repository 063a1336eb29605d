#include "ssm/hippo.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace dlt::ssm {
namespace {

std::size_t size(int order) { return static_cast<std::size_t>(order); }
double scale(int n) { return std::sqrt(2.0 * n + 1); }

int wave(int state) { return state % 2 == 1 ? (state + 1) / 2 : -state / 2; }  // 0, 1, -1, 2, ...

System empty(int order) {
  require(order >= 1, Exit::usage, "the order of a memory is at least 1, not {}", order);
  return {Matrix(order, order), Vector(size(order))};
}

void check_window(double window) {
  require(window > 0 && std::isfinite(window), Exit::usage,
          "the window of a memory is longer than 0, not {}", window);
}

bool has_waves(Measure m) { return m == Measure::fourier || m == Measure::fout; }

// `ends`: 1 or 2, how much the sum at the ends counts.
System waves(int order, double window, double ends) {
  check_window(window);
  System s = empty(order);
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < order; ++k) s.a(n, k) = -ends / window;
    s.a(n, n) += Complex(0, 2 * std::numbers::pi * wave(n) / window);
    s.b[size(n)] = ends / window;
  }
  return s;
}

Vector legendre(int order, double x) {
  const double z = 2 * x - 1;
  Vector values(size(order));
  double before = 0, now = 1;  // P_{n-1}, P_n
  for (int n = 0; n < order; ++n) {
    values[size(n)] = scale(n) * now;
    const double next = ((2.0 * n + 1) * z * now - n * before) / (n + 1);
    before = now;
    now = next;
  }
  return values;
}

}  // namespace

Measure measure(std::string_view name) {
  for (const Measure m : {Measure::legs, Measure::legt, Measure::fourier, Measure::fout}) {
    if (name == name_of(m)) return m;
  }
  fail(Exit::usage, "unknown measure '{}': expected legs, legt, fourier or fout", name);
}

std::string_view name_of(Measure m) {
  return m == Measure::legs      ? "legs"
         : m == Measure::legt    ? "legt"
         : m == Measure::fourier ? "fourier"
                                 : "fout";
}

System legs(int order) {
  System s = empty(order);
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < n; ++k) s.a(n, k) = -scale(n) * scale(k);
    s.a(n, n) = -(n + 1);
    s.b[size(n)] = scale(n);
  }
  return s;
}

System legt(int order, double window) {
  check_window(window);
  System s = empty(order);
  for (int n = 0; n < order; ++n) {
    for (int k = 0; k < order; ++k) {
      const double sign = k > n && (k - n) % 2 == 1 ? 1 : -1;
      s.a(n, k) = sign * scale(n) * scale(k) / window;
    }
    s.b[size(n)] = scale(n) / window;
  }
  return s;
}

System fourier(int order, double window) { return waves(order, window, 1); }
System fout(int order, double window) { return waves(order, window, 2); }

System system(Measure m, int order, double window) {
  return m == Measure::legs      ? legs(order)
         : m == Measure::legt    ? legt(order, window)
         : m == Measure::fourier ? fourier(order, window)
                                 : fout(order, window);
}

Nplr nplr(Measure m, int order, double window) {
  if (m == Measure::legs) return legs_nplr(order);
  if (m == Measure::legt) {
    check_window(window);
    Nplr parts = legt_nplr(order);
    for (Vector* v : {&parts.lambda, &parts.b}) {
      for (Complex& x : *v) x /= window;
    }
    for (Vector& p : parts.p) {
      for (Complex& x : p) x /= std::sqrt(window);
    }
    return parts;
  }
  const System s = system(m, order, window);
  Nplr parts{{}, s.b, {Vector(size(order), std::sqrt(s.b[0]))}, Matrix::identity(order)};
  for (int n = 0; n < order; ++n) parts.lambda.emplace_back(0, s.a(n, n).imag());
  return parts;
}

Vector basis(Measure m, int order, double x) {
  if (!has_waves(m)) return legendre(order, x);
  Vector values;
  for (int n = 0; n < order; ++n) {
    values.push_back(std::polar(1.0, 2 * std::numbers::pi * wave(n) * x));
  }
  return values;
}

}  // namespace dlt::ssm
