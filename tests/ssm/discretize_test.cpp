#include "ssm/discretize.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/failure.h"

namespace dlt::ssm {
namespace {

void check_steps(const Recurrence& r, const double (&a)[4], const double (&b)[2]) {
  for (int n = 0; n < 2; ++n) {
    CHECK(r.b[static_cast<std::size_t>(n)].real() == Approx(b[n]).margin(1e-10));
    for (int k = 0; k < 2; ++k) CHECK(r.a(n, k).real() == Approx(a[2 * n + k]).margin(1e-10));
  }
}

double difference(const Matrix& a, const Matrix& b) {
  double most = 0;
  for (int n = 0; n < a.rows(); ++n) {
    for (int k = 0; k < a.cols(); ++k) most = std::max(most, std::abs(a(n, k) - b(n, k)));
  }
  return most;
}

}  // namespace

TEST_CASE("LegS of order 2 in steps of 0.1", "[ssm]") {
  const System s = legs(2);
  check_steps(discretize(s, 0.1, rule("bilinear", {})),
              {0.9047619048, 0, -0.1499611089, 0.8181818182}, {0.0952380952, 0.1499611089});
  check_steps(discretize(s, 0.1, rule("zoh", {})), {0.904837418, 0, -0.1491411186, 0.8187307531},
              {0.095162582, 0.1491411186});
  check_steps(discretize(s, 0.1, rule("forward", {})), {0.9, 0, -0.1732050808, 0.8},
              {0.1, 0.1732050808});
  // (I - A / 10)^-1 by hand
  check_steps(discretize(s, 0.1, rule("backward", {})),
              {1 / 1.1, 0, -0.1732050808 / (1.1 * 1.2), 1 / 1.2},
              {0.1 / 1.1, (0.1732050808 - 0.1 * 0.1732050808 / 1.1) / 1.2});
}

TEST_CASE("generalized holds the three others; zoh is their limit", "[ssm]") {
  const System s = legt(6, 2);
  for (const auto& [name, alpha] :
       {std::pair{"forward", 0.0}, {"bilinear", 0.5}, {"backward", 1.0}}) {
    CHECK(difference(discretize(s, 0.01, rule(name, {})).a,
                     discretize(s, 0.01, rule("generalized", alpha)).a) == 0);
  }
  const auto off = [&](const char* name, double step) {
    return difference(discretize(s, step, rule(name, {})).a,
                      discretize(s, step, rule("zoh", {})).a);
  };
  CHECK(off("forward", 1e-3) / off("forward", 5e-4) == Approx(4).epsilon(0.05));    // of order 1
  CHECK(off("backward", 1e-3) / off("backward", 5e-4) == Approx(4).epsilon(0.05));  // of order 1
  CHECK(off("bilinear", 1e-3) / off("bilinear", 5e-4) == Approx(8).epsilon(0.05));  // of order 2
}

TEST_CASE("one state is discretized as a matrix of one", "[ssm]") {
  const Complex lambda(-0.5, 3), b(0.3, -2);
  System s{Matrix(1, 1), {b}};
  s.a(0, 0) = lambda;
  for (const auto& [name, alpha] :
       std::vector<std::pair<const char*, std::optional<double>>>{{"forward", {}},
                                                                  {"backward", {}},
                                                                  {"bilinear", {}},
                                                                  {"generalized", 0.3},
                                                                  {"zoh", {}}}) {
    const Recurrence whole = discretize(s, 0.2, rule(name, alpha));
    const ScalarStep one = discretize(lambda, b, 0.2, rule(name, alpha));
    CHECK(std::abs(whole.a(0, 0) - one.a) < 1e-15);
    CHECK(std::abs(whole.b[0] - one.b) < 1e-15);
  }
  CHECK(discretize(0.0, b, 0.2, rule("zoh", {})).b == 0.2 * b);
  const ScalarStep tiny = discretize(lambda, 1.0, 1e-12, rule("zoh", {}));
  CHECK(std::abs(tiny.b / 1e-12 - 1.0) < 1e-11);
}

TEST_CASE("the exponential of matrices", "[ssm]") {
  Matrix turn(2, 2);  // e^(t [[0, -1], [1, 0]]) turns by t
  for (const double t : {0.0, 1e-9, 0.1, 3.0, 200.0}) {
    turn(0, 1) = -t;
    turn(1, 0) = t;
    const Matrix e = exponential(turn);
    CHECK(e(0, 0).real() == Approx(std::cos(t)).margin(1e-12));
    CHECK(e(1, 0).real() == Approx(std::sin(t)).margin(1e-12));
  }
  Matrix nilpotent(3, 3);  // 1 + n + n^2 / 2
  nilpotent(0, 1) = 100;
  nilpotent(1, 2) = 100;
  const Matrix e = exponential(nilpotent);
  CHECK(e(0, 1).real() == Approx(100));
  CHECK(e(0, 2).real() == Approx(5000));
  CHECK(e(2, 2).real() == Approx(1));
  turn(0, 0) = HUGE_VAL;
  CHECK(test::failure([&] { exponential(turn); }, Exit::failed) ==
        "the exponential of a matrix that is not finite");
}

TEST_CASE("methods and alphas that are none", "[ssm]") {
  const auto why = [](const char* name, std::optional<double> alpha) {
    return test::failure([&] { rule(name, alpha); }, Exit::usage);
  };
  CHECK(why("euler", {}) ==
        "unknown method 'euler': expected forward, backward, bilinear, generalized or zoh");
  CHECK(why("generalized", {}) ==
        "method generalized needs an alpha from 0 (forward) to 1 (backward)");
  CHECK(why("generalized", 1.5) == "alpha is from 0 to 1, not 1.5");
  CHECK(why("zoh", 0.5) == "alpha belongs to method generalized, not to zoh");
}

TEST_CASE("spectral radii", "[ssm]") {
  CHECK(spectral_radius(legs(8).a) == Approx(8));
  CHECK(spectral_radius(discretize(legs(4), 0.1, rule("forward", {})).a) == Approx(0.9));
  CHECK(spectral_radius(discretize(legs(4), 1, rule("forward", {})).a) == Approx(3));
}

}  // namespace dlt::ssm
