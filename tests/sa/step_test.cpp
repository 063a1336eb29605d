#include "sa/step.h"

#include "support/failure.h"

namespace dlt::sa {
namespace {

std::string refusal(std::string_view text) {
  return test::failure([&] { Step::parse(text); }, Exit::usage);
}

struct Family {
  std::string text, canonical;
  double first, tenth;
  bool sum_is_infinite, squares_are_finite;
};

}  // namespace

TEST_CASE("a step family is read and its two sums are decided", "[sa]") {
  for (const Family& f :
       {Family{"1/k", "1/k", 1, 0.1, true, true}, Family{"0.5/k", "0.5/k", 0.5, 0.05, true, true},
        Family{" 2 / ( k + 10 ) ", "2/(k+10)", 2 / 11.0, 0.1, true, true},
        Family{"1/k^0.75", "1/k^0.75", 1, std::pow(10, -0.75), true, true},
        Family{"1/k^0.5", "1/k^0.5", 1, 1 / std::sqrt(10), true, false},
        Family{"3/(k+5)^2", "3/(k+5)^2", 3 / 36.0, 3 / 225.0, false, true},
        Family{"1/k^0.3", "1/k^0.3", 1, std::pow(10, -0.3), true, false},
        Family{"0.1", "0.1", 0.1, 0.1, true, false}}) {
    CAPTURE(f.text);
    const Step step = Step::parse(f.text);
    CHECK(step.text() == f.canonical);
    CHECK(step(1) == Approx(f.first).epsilon(1e-15));
    CHECK(step(10) == Approx(f.tenth).epsilon(1e-15));
    CHECK(step.sum_is_infinite().holds == f.sum_is_infinite);
    CHECK(step.sum_of_squares_is_finite().holds == f.squares_are_finite);
  }
}

TEST_CASE("the verdicts on a step give their reason", "[sa]") {
  CHECK(Step::parse("1/k").sum_is_infinite().reason ==
        "its sums grow like ln k, the harmonic series");
  CHECK(Step::parse("0.5/k").sum_is_infinite().reason ==
        "its sums grow like 0.5 ln k, the harmonic series");
  CHECK(Step::parse("1/k^2").sum_is_infinite().reason == "the power 2 is more than 1");
  CHECK(Step::parse("1/k^0.5").sum_of_squares_is_finite().reason ==
        "the power of the squares, 1, is at most 1");
  CHECK(Step::parse("0.1").sum_of_squares_is_finite().reason ==
        "every square is 0.01, the step does not shrink");
}

TEST_CASE("what is no step is refused with what is one", "[sa]") {
  for (const std::string text : {"", "k", "1/", "1/x", "1/(k-1)", "1/(k+)", "1/k^", "1/k 2x", "nan",
                                 "inf", "1e999", "1/(k+1", "--1"}) {
    CHECK(refusal(text) ==
          "--step '" + text +
              "': expected 1/k, a/k, a/(k+b), a/(k+b)^c, a/k^c or a, with numbers for a, b and c, "
              "as in 1/(k+10)^0.75");
  }
  CHECK(refusal("0/k") ==
        "--step '0/k': expected a in (0, 1e100], b in [0, 1e15] and c in [0, 100], got a = 0, b = "
        "0, c = 1");
  CHECK(refusal("1/(k+-2)^-1") ==
        "--step '1/(k+-2)^-1': expected a in (0, 1e100], b in [0, 1e15] and c in [0, 100], got a = "
        "1, b = -2, c = -1");
}

}  // namespace dlt::sa
