#include "base/rng.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace dlt;

TEST_CASE("the random stream is SplitMix64", "[base][rng]") {
  Rng rng(1234567);  // the test vector of rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
  const std::uint64_t expected[] = {6457827717110365317ull, 3203168211198807973ull,
                                    9817491932198370423ull, 4593380528125082431ull,
                                    16408922859458223821ull};
  for (const auto e : expected) CHECK(rng.next() == e);
}

TEST_CASE("parts of a seed differ by index and by name", "[base][rng]") {
  CHECK(derive(1, 0) != derive(1, 1));
  CHECK(derive(1, 0) != derive(2, 0));
  CHECK(derive(1, "weight") != derive(1, "bias"));
  CHECK(derive(1, "weight") == derive(1, "weight"));
}

TEST_CASE("draws stay in their range and have the right moments", "[base][rng]") {
  Rng rng(5);
  constexpr int n = 200'000;
  std::vector<int> counts(6);
  double low = 1, high = 0, sum = 0, square = 0;
  for (int i = 0; i < n; ++i) {
    ++counts[rng.below(6)];
    const double u = rng.uniform(), z = rng.normal();
    low = std::min(low, u);
    high = std::max(high, u);
    sum += z;
    square += z * z;
  }
  for (int c : counts) CHECK(c == Approx(n / 6.0).epsilon(0.03));
  CHECK((low >= 0 && low < 1e-3));
  CHECK((high < 1 && high > 0.999));
  CHECK(sum / n == Approx(0).margin(0.01));
  CHECK(square / n == Approx(1).epsilon(0.02));
}
