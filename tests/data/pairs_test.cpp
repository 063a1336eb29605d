#include "data/pairs.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "base/rng.h"
#include "tensor/tensor.h"

namespace dlt::data {
namespace {

using Ids = std::vector<std::int32_t>;

std::vector<Pair> random_pairs(std::size_t count) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(derive(5, i));
    pairs.push_back({Ids(1 + rng.below(30), 2), Ids(1 + rng.below(30), 3)});
  }
  return pairs;
}

// Rows times the longest source and target.
std::int64_t taken(const std::vector<const Pair*>& batch) {
  const PairBatch b = make_batch(batch, {});
  return b.source.size() + b.input.size();
}

std::vector<std::vector<std::size_t>> steps_of(PairBatches batches, const std::vector<Pair>& pairs,
                                               std::int64_t first, std::int64_t last) {
  std::vector<std::vector<std::size_t>> all;
  for (std::int64_t step = first; step <= last; ++step) {
    auto& places = all.emplace_back();
    for (const Pair* p : batches.batch(step)) {
      places.push_back(static_cast<std::size_t>(p - pairs.data()));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("a batch has an end behind each side and pads behind that", "[pairs]") {
  const Pair a{{5, 6, 7}, {8}}, b{{9}, {10, 11}};
  const PairBatch batch = make_batch({&a, &b}, {.pad = 0, .end = 1});
  CHECK(batch.source.shape() == Shape{2, 4});
  CHECK(batch.source.values() == Ids{5, 6, 7, 1, 9, 1, 0, 0});
  CHECK(batch.source_sizes == std::vector<std::int64_t>{4, 2});
  CHECK(batch.input.shape() == Shape{2, 3});
  CHECK(batch.input.values() == Ids{0, 8, 0, 0, 10, 11});
  CHECK(batch.target.values() == Ids{8, 1, -1, 10, 11, 1});
  CHECK(batch.tokens == 4 + 2 + 2 + 3);
  CHECK(a.length() == 4);
  CHECK(b.length() == 3);
}

TEST_CASE("other marks than Marian's", "[pairs]") {
  const Pair a{{1}, {2, 3}};
  const PairBatch batch = make_batch({&a}, {.pad = 7, .end = 9});
  CHECK(batch.source.values() == Ids{1, 9});
  CHECK(batch.input.values() == Ids{7, 2, 3});
  CHECK(batch.target.values() == Ids{2, 3, 9});
}

TEST_CASE("an epoch has every pair once, in batches no larger than they may be", "[pairs]") {
  const auto pairs = random_pairs(1000);
  PairBatches batches(pairs, 400, 3);
  for (int epoch = 0, step = 1; epoch < 3; ++epoch) {
    std::set<const Pair*> seen;
    std::int64_t useful = 0, all = 0;
    while (seen.size() < pairs.size()) {
      const auto batch = batches.batch(step++);
      CHECK(taken(batch) <= 400);
      all += taken(batch);
      useful += make_batch(batch, {}).tokens;
      for (const Pair* p : batch) CHECK(seen.insert(p).second);
    }
    CHECK(static_cast<double>(useful) > 0.7 * static_cast<double>(all));  // little padding
  }
}

TEST_CASE("batches are a function of seed and step", "[pairs]") {
  const auto pairs = random_pairs(200);
  const PairBatches batches(pairs, 300, 3);
  const auto all = steps_of(batches, pairs, 1, 120);
  CHECK(steps_of(batches, pairs, 71, 120) == std::vector(all.begin() + 70, all.end()));
  CHECK(steps_of(PairBatches(pairs, 300, 4), pairs, 1, 120) != all);
  PairBatches back(pairs, 300, 3);
  back.batch(100);
  CHECK(steps_of(back, pairs, 1, 3) == std::vector(all.begin(), all.begin() + 3));
}

TEST_CASE("two epochs have other batches in another order", "[pairs]") {
  const std::vector<Pair> pairs(50, Pair{Ids(9, 2), Ids(9, 3)});
  PairBatches batches(pairs, 100, 3);  // five a batch
  const auto all = steps_of(batches, pairs, 1, 60);
  const std::set<std::vector<std::size_t>> different(all.begin(), all.end());
  CHECK(different.size() == 60);
}

TEST_CASE("a pair that is longer than a batch may be is a batch", "[pairs]") {
  std::vector<Pair> pairs = {{Ids(50, 2), Ids(50, 3)}, {{2}, {3}}, {{4}, {5}}};
  std::vector<const Pair*> order = {&pairs[1], &pairs[0], &pairs[2]};
  const auto cuts = cut_by_tokens(order, 20);
  REQUIRE(cuts.size() == 3);
  CHECK(cuts[1] == std::vector<const Pair*>{&pairs[0]});
  sort_by_length(order);
  CHECK(order == std::vector<const Pair*>{&pairs[1], &pairs[2], &pairs[0]});
  CHECK(cut_by_tokens(order, 20).size() == 2);
}

TEST_CASE("the mean size of a batch leaves out pads", "[pairs]") {
  const std::vector<Pair> pairs = {{{2, 2}, {3}}, {{2}, {3, 3}}};  // 5 tokens each
  CHECK(PairBatches(pairs, 100, 1).mean_tokens() == 10);
  CHECK(PairBatches(pairs, 1, 1).mean_tokens() == 5);
}

}  // namespace dlt::data
