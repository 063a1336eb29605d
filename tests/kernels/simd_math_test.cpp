#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd_math_test.cpp"

#include "base/real.h"
#include "kernels/simd-inl.h"
#include "kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

void apply(int which, const real* x, real* y, std::size_t n) {
  const hn::ScalableTag<real> d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto v = hn::LoadU(d, x + i);
    switch (which) {
      case 0:
        hn::StoreU(Exp(d, v), d, y + i);
        break;
      case 1:
        hn::StoreU(ExpOfNegative(d, v), d, y + i);
        break;
      case 2:
        hn::StoreU(Tanh(d, v), d, y + i);
        break;
      case 3:
        hn::StoreU(Sigmoid(d, v), d, y + i);
        break;
      case 4:
        hn::StoreU(Silu(d, v), d, y + i);
        break;
      case 5:
        hn::StoreU(SiluSlope(d, v), d, y + i);
        break;
      case 6:
        hn::StoreU(Gelu(d, v), d, y + i);
        break;
      default:
        hn::StoreU(GeluSlope(d, v), d, y + i);
    }
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "kernels/on_every_target.h"

namespace dlt::kernels {
HWY_EXPORT(apply);
namespace {

using Function = std::function<long double(long double)>;
constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real nan = std::numeric_limits<real>::quiet_NaN();

long double sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double gate(long double x) {
  return 2 * std::sqrt(2 / std::acos(-1.0L)) * (x + 0.044715L * x * x * x);
}
long double gate_slope(long double x) {
  return 2 * std::sqrt(2 / std::acos(-1.0L)) * (1 + 3 * 0.044715L * x * x);
}
long double gelu_slope(long double x) {
  const long double s = sigmoid(gate(x));
  return s + x * s * sigmoid(-gate(x)) * gate_slope(x);
}

struct Case {
  const char* name;
  int which;
  Function exact;
  real low, high;
  double relative, absolute;  // allowed error in units of epsilon
};

const std::vector<Case> cases = {
    {"Exp", 0, [](long double x) { return std::exp(x); }, real(-87.2), real(88.7), 1.5, 0},
    {"ExpOfNegative", 1, [](long double x) { return std::exp(x); }, real(-87.2), 0, 1.5, 0},
    {"Tanh", 2, [](long double x) { return std::tanh(x); }, -30, 30, 3, 0},
    {"Sigmoid", 3, sigmoid, -80, 80, 3, 0},
    {"Silu", 4, [](long double x) { return x * sigmoid(x); }, -80, 80, 3, 0},
    {"SiluSlope", 5, [](long double x) { return sigmoid(x) + x * sigmoid(x) * sigmoid(-x); }, -80,
     80, 4, 2},
    {"Gelu", 6, [](long double x) { return x * sigmoid(gate(x)); }, real(-4.9), 80, 16, 0},
    {"Gelu near 0", 6, [](long double x) { return x * sigmoid(gate(x)); }, -20, 1, 16, 1e-5},
    {"GeluSlope", 7, gelu_slope, -20, 20, 8, 4},
};

std::vector<real> run(int which, const std::vector<real>& x) {
  std::vector<real> y(x.size());
  HWY_DYNAMIC_DISPATCH(apply)(which, x.data(), y.data(), x.size());
  return y;
}

TEST_CASE("vector functions agree with the library's over their whole range") {
  constexpr std::size_t count = 1 << 14;
  constexpr double epsilon = std::numeric_limits<real>::epsilon();
  on_every_target([](const char* target) {
    for (const Case& c : cases) {
      std::vector<real> x(count);
      for (std::size_t i = 0; i < count; ++i)
        x[i] = c.low + (c.high - c.low) * static_cast<real>(i) / static_cast<real>(count - 1);
      const std::vector<real> y = run(c.which, x);
      double worst = 0;
      real at = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const double exact = static_cast<double>(c.exact(x[i]));
        const double allowed = epsilon * (c.relative * std::abs(exact) + c.absolute) +
                               static_cast<double>(std::numeric_limits<real>::min());
        const double error = std::abs(static_cast<double>(y[i]) - exact) / allowed;
        if (!(error <= worst)) worst = error, at = x[i];
      }
      INFO(c.name << " at " << at << " on " << target);
      CHECK(worst <= 1);
    }
  });
}

TEST_CASE("vector functions keep NaN and meet their limits at infinity") {
  on_every_target([](const char* target) {
    INFO("on " << target);
    for (int which = 0; which < 8; ++which)
      for (const real y : run(which, std::vector<real>(16, nan))) CHECK(std::isnan(y));
    CHECK(run(0, std::vector<real>(16, infinity))[0] == infinity);
    CHECK(run(0, std::vector<real>(16, real(1000)))[0] == infinity);
    for (int which : {0, 1, 3}) CHECK(run(which, std::vector<real>(16, -infinity))[0] == 0);
    CHECK(run(0, std::vector<real>(16, -1000))[0] == 0);
    CHECK(run(2, std::vector<real>(16, infinity))[0] == 1);
    CHECK(run(2, std::vector<real>(16, -infinity))[0] == -1);
    for (int which : {5, 7}) {
      CHECK(run(which, std::vector<real>(16, real(1e15)))[0] == 1);
      CHECK(run(which, std::vector<real>(16, real(-1e15)))[0] == 0);
    }
  });
}

}  // namespace
}  // namespace dlt::kernels
#endif
