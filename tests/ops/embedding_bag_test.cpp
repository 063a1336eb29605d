#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "base/rng.h"
#include "ops/ops.h"
#include "support/check_op.h"
#include "support/failure.h"

namespace dlt {
namespace {

Indices list(std::vector<std::int32_t> values) {
  const auto n = std::ssize(values);
  return {{n}, std::move(values)};
}

std::string refusal(const std::vector<std::int32_t>& ids, const std::vector<std::int32_t>& first) {
  const Tensor table = Tensor::zeros({3, 2});
  return test::failure([&] { ops::embedding_bag(table, list(ids), list(first)); }, Exit::failed);
}

}  // namespace

TEST_CASE("a bag is the mean or sum of its rows, an empty one zeros", "[embedding_bag]") {
  const Tensor table = Tensor::from({3, 2}, {1, 2, 3, 4, 5, 6});
  const Indices ids = list({0, 2, 2, 1}), first = list({0, 3, 3});
  const auto mean = ops::embedding_bag(table, ids, first);
  const auto sum = ops::embedding_bag(table, ids, first, ops::Bag::sum);
  const double means[] = {11.0 / 3, 14.0 / 3, 0, 0, 3, 4}, sums[] = {11, 14, 0, 0, 3, 4};
  for (int i = 0; i < 6; ++i) {
    CHECK(static_cast<double>(mean.data()[i]) == Approx(means[i]));
    CHECK(static_cast<double>(sum.data()[i]) == Approx(sums[i]));
  }
}

TEST_CASE("bags give the same bits for any number of threads", "[embedding_bag]") {
  std::vector<std::int32_t> ids, first;
  Rng rng(3);
  for (std::int32_t b = 0; b < 300; ++b) {
    first.push_back(static_cast<std::int32_t>(ids.size()));
    for (auto n = rng.below(40); n > 0; --n) {
      ids.push_back(static_cast<std::int32_t>(rng.below(50)));
    }
  }
  test::check_threads([&] {
    Tensor table = test::random({50, 70}, 1).set_needs_grad();
    const Tensor y = ops::embedding_bag(table, list(ids), list(first));
    autograd::backward(y, test::random(y.shape(), 2));
    return std::vector<Tensor>{y, table.grad()};
  });
}

TEST_CASE("bags that make no sense are refused", "[embedding_bag]") {
  CHECK(refusal({0, 3}, {0}) == "embedding_bag: id 3 is outside a table of 3 rows");
  const std::string first =
      "embedding_bag: first must begin with 0, not fall and not pass the 2 ids";
  for (const auto& bad :
       std::vector<std::vector<std::int32_t>>{{1}, {0, 3}, {0, 2, 1}, {-1, 0}, {}}) {
    CHECK(refusal({0, 1}, bad) == first);
  }
}

}  // namespace dlt
