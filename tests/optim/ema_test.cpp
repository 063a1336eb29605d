#include "optim/ema.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dlt;

TEST_CASE("averages follow the weights, soon at first", "[optim]") {
  nn::Params params(1);
  Tensor w = params.create("w", {2}, nn::zeros());
  optim::Ema ema(params, 0.5);
  w.mutable_data()[0] = 1;
  ema.update(1);  // keeps 2 / 11
  CHECK(ema.averages().at("w").data()[0] == Approx(9.0 / 11));
  ema.update(2);  // keeps 3 / 12
  CHECK(ema.averages().at("w").data()[0] == Approx(1 - 2.0 / 11 / 4));
  w.mutable_data()[0] = 0;
  const double before = static_cast<double>(ema.averages().at("w").data()[0]);
  ema.update(1000);  // keeps the decay
  CHECK(ema.averages().at("w").data()[0] == Approx(before / 2));
  CHECK(ema.averages().at("w").data()[1] == 0);
}

TEST_CASE("averages stand in for the weights for a while", "[optim]") {
  nn::Params params(1);
  Tensor w = params.create("w", {2}, nn::zeros());
  optim::Ema ema(params, 0.9);
  std::fill_n(w.mutable_data(), 2, real(1));
  {
    const optim::Ema::InPlace averages(ema);
    CHECK(w.data()[0] == 0);
  }
  CHECK(w.data()[0] == 1);
  CHECK(ema.averages().at("w").data()[0] == 0);
}
