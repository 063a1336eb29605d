#include "eval/correlation.h"

#include <catch2/catch.hpp>

namespace dlt::eval {

TEST_CASE("Equal values share the mean of their ranks", "[eval]") {
  CHECK(average_ranks(std::vector<double>{3, 1, 4, 1, 5}) ==
        std::vector<double>{3, 1.5, 4, 1.5, 5});
  CHECK(average_ranks({}).empty());
}

TEST_CASE("Spearman and Pearson are scipy's", "[eval]") {
  const std::vector<double> x = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3}, y = {2, 7, 1, 8, 2, 8, 1, 8, 2, 8};
  CHECK(spearman(x, y).value() == Approx(0.13471506281091267).epsilon(1e-12));
  CHECK(pearson(x, y).value() == Approx(0.10492284287735876).epsilon(1e-12));
}

TEST_CASE("A constant side or a single pair has no correlation", "[eval]") {
  CHECK(!pearson(std::vector<double>{1, 2}, std::vector<double>{3, 3}));
  CHECK(!spearman(std::vector<double>{1}, std::vector<double>{3}));
  CHECK(!spearman({}, {}));
}

}  // namespace dlt::eval
