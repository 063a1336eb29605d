#include "sa/mean.h"

#include <catch2/catch.hpp>
#include <fmt/core.h>
#include <vector>

#include "base/rng.h"

namespace dlt::sa {
namespace {

std::vector<double> course(const std::vector<double>& xs, std::string_view step, double start = 0) {
  Mean mean(Step::parse(step), start);
  std::vector<double> all;
  for (const double x : xs) {
    mean.add(x);
    all.push_back(mean.w());
  }
  return all;
}

// Of w long after the start, over many steps, with numbers of variance 4 and mean 3.
double stationary_variance(std::string_view step) {
  Rng rng(5);
  Mean mean(Step::parse(step), 3);
  double sum = 0, squares = 0;
  constexpr int before = 2000, count = 400000;
  for (int i = 0; i < before + count; ++i) {
    mean.add(3 + 2 * rng.normal());
    if (i < before) continue;
    sum += mean.w();
    squares += mean.w() * mean.w();
  }
  return squares / count - (sum / count) * (sum / count);
}

}  // namespace

TEST_CASE("step 1/k gives exactly the running means", "[sa]") {
  CHECK(course({2, 4, 9, 1}, "1/k") == std::vector<double>{2, 3, 5, 4});
  CHECK(course({2, 4, 9, 1}, "1/k", -7e5) == std::vector<double>{2, 3, 5, 4});
  CHECK(course({4, 8}, "0.5") == std::vector<double>{2, 5});
}

TEST_CASE("step 1/k ends at the exact mean of a long stream", "[sa]") {
  Mean mean(Step::parse("1/k"), 12);
  for (int i = 1; i <= 1000000; ++i) mean.add(0.1 * i);
  CHECK(mean.w() == mean.mean());
  CHECK(mean.w() == Approx(50000.05).epsilon(1e-15));
  CHECK(mean.variance() == Approx(0.01 * 1e6 * (1e6 + 1) / 12).epsilon(1e-12));
  Mean far(Step::parse("1/k"), 0);  // digits that a double alone would lose
  for (const double x : {1e15 + 1, 1e15 + 2, 1e15 + 6}) far.add(x);
  CHECK(far.w() == 1e15 + 3);
  CHECK(far.variance() == 7);
}

TEST_CASE("a constant step leaves the variance a s^2 / (2 - a)", "[sa]") {
  for (const double a : {0.05, 0.1, 0.5, 1.0}) {
    CAPTURE(a);
    CHECK(stationary_variance(fmt::format("{}", a)) == Approx(a * 4 / (2 - a)).epsilon(0.05));
  }
}

TEST_CASE("with step 1/k the variance of w is s^2 / k", "[sa]") {
  for (const int k : {10, 100, 1000}) {
    double squares = 0;
    constexpr int repeats = 4000;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      Rng rng(derive(9, static_cast<std::uint64_t>(repeat)));
      Mean mean(Step::parse("1/k"), 0);
      for (int i = 0; i < k; ++i) mean.add(2 * rng.normal());
      squares += mean.w() * mean.w();
    }
    CAPTURE(k);
    CHECK(squares / repeats == Approx(4.0 / k).epsilon(0.08));
  }
}

}  // namespace dlt::sa
