#include "models/sequential/objective.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dlt;

namespace {

double r2_of(const std::vector<real>& targets, const std::vector<real>& outputs) {
  auto reader = config::Reader::parse_text(R"({"loss": "mse"})", "test");
  const models::Objective objective(reader);
  const Shape column{std::ssize(targets), 1};
  data::ExampleBatch batch;
  batch.targets = Tensor::from(column, targets);
  models::Objective::Sums sums;
  objective.add(Tensor::from(column, outputs), batch, sums);
  const auto metrics = objective.metrics(sums);
  const auto at = std::ranges::find(metrics, "r2", [](const auto& m) { return m.first; });
  return at == metrics.end() ? -1e9 : at->second;
}

}  // namespace

TEST_CASE("r2 is one minus the errors' share of the spread of the targets", "[sequential]") {
  CHECK(r2_of({1, 2, 3}, {1, 2, 4}) == Approx(0.5));
  // Far from 0, where the squares of the targets are large beside their spread.
  CHECK(r2_of({1 << 23, (1 << 23) + 2}, {1 << 23, (1 << 23) + 1}) == Approx(0.5));
}

TEST_CASE("targets that are all the same have no r2", "[sequential]") {
  const std::vector<real> same(13, real(1000.1));
  CHECK(r2_of(same, std::vector<real>(13, 0)) == -1e9);
}
