#include "sa/root.h"

#include <vector>

#include "sa/expression.h"
#include "support/failure.h"

namespace dlt::sa {
namespace {

struct Course {
  std::vector<double> w;  // w[k - 1] is w_k
  RootResult result;
};

Course course(const std::string& expr, double w0, std::string_view step, std::int64_t steps,
              double noise = 0, std::uint64_t seed = 1) {
  const Expression g(expr);
  Course c;
  c.result = find_root({.g = [&](double w) { return g(w); },
                        .w0 = w0,
                        .step = Step::parse(step),
                        .noise = noise,
                        .seed = seed,
                        .steps = steps},
                       [&](const Observation& at) {
                         c.w.push_back(at.w);
                         return true;
                       });
  c.w.push_back(c.result.w);
  return c;
}

}  // namespace

TEST_CASE("tanh(w-1) from 3 with steps 1/k goes to 1 as the book says", "[sa]") {
  const Course c = course("tanh(w-1)", 3, "1/k", 2000);
  const auto w = [&](std::size_t k) { return c.w.at(k - 1); };
  const auto is = [](double value) { return Approx(value).margin(5.1e-11).epsilon(0); };
  CHECK(w(2) == is(2.0359724199));
  CHECK(w(3) == is(1.6478261074));
  CHECK(w(4) == is(1.457757875));
  CHECK(w(5) == is(1.3506941108));
  CHECK(w(6) == is(1.2832959161));
  CHECK(w(11) == is(1.1434178775));
  CHECK(w(101) == is(1.0143956494));
  CHECK(w(1001) == is(1.0014396147));
  CHECK(w(2001) == is(1.0007198075));
  CHECK(c.result.diverged == "");
}

TEST_CASE("w^3-5 with steps 1/(k+10) goes to its root", "[sa]") {
  const Course c = course("w^3-5", 0, "1/(k+10)", 100);
  CHECK(c.w[1] == Approx(0.45454545).margin(5.1e-9).epsilon(0));
  CHECK(c.w[2] == Approx(0.86338593).margin(5.1e-9).epsilon(0));
  CHECK(c.w[3] == Approx(1.19849375).margin(5.1e-9).epsilon(0));
  CHECK(c.w[10] == Approx(1.7043721).margin(5.1e-8).epsilon(0));
  CHECK(c.w[100] == Approx(1.70997595).margin(5.1e-9).epsilon(0));
}

TEST_CASE("w^3-5 with steps 1/k diverges, and the broken condition is named", "[sa]") {
  const Course c = course("w^3-5", 0, "1/k", 1000);
  CHECK(c.w == std::vector<double>{0, 5, -55, c.w[3], c.w[3]});
  CHECK(c.w[3] == Approx(55405).epsilon(1e-14));
  CHECK(c.result.steps == 4);
  CHECK(c.result.diverged ==
        "the search diverged at step 4 (w = -4.252e+13): condition (1), 0 < c1 <= g' <= c2, is "
        "broken: the gradient of g is not bounded on [-55, 5]: g' reaches 9075; at step 2 the step "
        "0.5 times g'(5) = 75 is 37.5, more than 2, so that steps overshoot further and further; "
        "take a smaller step such as 1/(k+10), or start nearer the root");
}

TEST_CASE("every way to diverge has its sentence", "[sa]") {
  CHECK(course("-w", 1, "1", 100).result.diverged ==
        "the search diverged at step 40 (w = 1.1e+12): condition (1), 0 < c1 <= g' <= c2, is "
        "broken: g' is as low as -1 on [1, 5.49756e+11], and where g falls each step leads away "
        "from its root: give -(g) instead, or start elsewhere");
  CHECK(course("w-2", 0, "3", 100).result.diverged ==
        "the search diverged at step 39 (w = 1.1e+12): condition (2), sum a_k^2 < inf, is broken "
        "by the step 3: at step 1 the step 3 times g'(0) = 1 is 3, more than 2, so that steps "
        "overshoot further and further; take a smaller step such as 3/(k+10), or start nearer the "
        "root");
  CHECK(
      course("w-2", 0, "100/k", 100).result.diverged ==
      "the search diverged at step 9 (w = 3.462e+12): the steps 100/k meet condition (2) but "
      "begin too large: at step 1 the step 100 times g'(0) = 1 is 100, more than 2, so that steps "
      "overshoot further and further; take a smaller step such as 100/(k+100), or start nearer "
      "the root");
  CHECK(course("log(w)", 3, "10", 100).result.diverged ==
        "the search left the domain of g at step 2: g(-7.98612) is not a finite number, so "
        "condition (1), 0 < c1 <= g' <= c2, is broken; take a smaller step such as 10/(k+10), or "
        "start nearer the root");
  CHECK(test::failure([] { course("log(w)", -1, "1/k", 5); }, Exit::usage) ==
        "--expr is not a finite number at w0 = -1: start where it is");
}

TEST_CASE("noise of the same seed is the same, and dies out with steps 1/k", "[sa]") {
  CHECK(course("tanh(w-1)", 3, "1/k", 500, 0.5, 1).w ==
        course("tanh(w-1)", 3, "1/k", 500, 0.5, 1).w);
  CHECK(course("tanh(w-1)", 3, "1/k", 500, 0.5, 1).w !=
        course("tanh(w-1)", 3, "1/k", 500, 0.5, 2).w);
  double squares = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const double error = course("w-1", 3, "1/k", 1000, 0.5, seed).w.back() - 1;
    squares += error * error;
  }
  CHECK(squares / 200 == Approx(0.25 / 1000).epsilon(0.25));  // s^2 / k
}

TEST_CASE("a constant step on a noisy line scatters with variance a s^2 / (2 - a)", "[sa]") {
  const auto w = course("w-1", 1, "0.2", 200000, 0.5).w;
  double squares = 0;
  for (const double at : w) squares += (at - 1) * (at - 1);
  CHECK(squares / static_cast<double>(w.size()) == Approx(0.2 * 0.25 / 1.8).epsilon(0.05));
}

TEST_CASE("condition (1) is measured on what was visited", "[sa]") {
  const auto line = [](double w) { return 2 * w; };
  const auto on_line = condition_1(gradient_on(line, {-1, 3}));
  CHECK(on_line.holds);
  CHECK(on_line.reason == "2 <= g' <= 2 on [-1, 3]");
  const auto square = condition_1(gradient_on([](double w) { return w * w; }, {0, 2}));
  CHECK_FALSE(square.holds);
  CHECK(square.reason == "0 <= g' <= 4 on [0, 2]");
  CHECK_FALSE(condition_1(gradient_on([](double w) { return std::log(w); }, {-1, 1})).holds);
}

TEST_CASE("the root is found by bisection, if there is one", "[sa]") {
  CHECK(root_near([](double w) { return w * w * w - 5; }, 1.5) ==
        Approx(1.709975946677).epsilon(1e-12));
  CHECK(root_near([](double w) { return std::tanh(w - 1); }, 1.2) == 1.0);
  CHECK_FALSE(root_near([](double w) { return w * w + 1; }, 0.3).has_value());
}

}  // namespace dlt::sa
