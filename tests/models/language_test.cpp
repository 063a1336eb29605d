#include "models/language.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

using namespace dlt;

namespace {

// How often each id is drawn, in parts of one.
std::map<std::int32_t, double> shares(const models::SampleOptions& options) {
  const Tensor logits = Tensor::from(
      {4}, {std::log(real(0.1)), std::log(real(0.4)), std::log(real(0.3)), std::log(real(0.2))});
  Rng rng(1);
  std::map<std::int32_t, double> seen;
  for (int i = 0; i < 20000; ++i) seen[models::sample(logits, options, rng)] += 1.0 / 20000;
  return seen;
}

}  // namespace

TEST_CASE("tokens are drawn as often as the model says", "[models]") {
  auto seen = shares({});
  CHECK(seen[0] == Approx(0.1).margin(0.01));
  CHECK(seen[1] == Approx(0.4).margin(0.01));
  CHECK(seen[2] == Approx(0.3).margin(0.01));
  CHECK(seen[3] == Approx(0.2).margin(0.01));
}

TEST_CASE("temperature, top k and top p cut the distribution", "[models]") {
  CHECK(shares({.temperature = 0}) == shares({.top_k = 1}));
  auto two = shares({.top_k = 2});
  CHECK(two.size() == 2);
  CHECK(two[1] == Approx(4.0 / 7).margin(0.01));
  CHECK(shares({.top_p = 0.39}).size() == 1);
  CHECK(shares({.top_p = 0.5}).size() == 2);  // 0.4 is not enough, 0.7 is
  CHECK(shares({.top_k = 3, .top_p = 0.99}).size() == 3);
  auto sharp = shares({.temperature = 0.5});  // squares: 1, 16, 9, 4 of 30
  CHECK(sharp[1] == Approx(16.0 / 30).margin(0.01));
}
