#include "data/sequences.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace dlt;
using data::Sequence;
using data::Sequences;

namespace {

Sequence of_ids(std::vector<std::int32_t> ids, std::int32_t label) {
  Sequence s;
  s.ids = std::move(ids);
  s.label = label;
  return s;
}

Sequences of_sizes(const std::vector<int>& sizes) {
  std::vector<Sequence> all;
  for (const int n : sizes) {
    all.push_back(of_ids(std::vector<std::int32_t>(static_cast<std::size_t>(n), 1), n));
  }
  return data::in_memory(std::move(all), 0);
}

}  // namespace

TEST_CASE("rows of a batch are filled up, and their sizes kept", "[data]") {
  const Sequences all = data::in_memory({of_ids({3, 1}, 7), of_ids({2, 4, 5}, 8)}, 0);
  const std::int64_t members[] = {1, 0};
  const auto b = data::collate(all, members, 0);
  CHECK(b.ids.shape() == Shape{2, 3});
  CHECK(b.ids.values() == std::vector<std::int32_t>{2, 4, 5, 3, 1, 0});
  CHECK(b.sizes == std::vector<std::int64_t>{3, 2});
  CHECK(b.wanted.labels.values() == std::vector<std::int32_t>{8, 7});
  CHECK(b.asked.size() == 0);
}

TEST_CASE("answers belong to the last steps of their row", "[data]") {
  Sequence a = of_ids({1, 2, 3}, 0), b = of_ids({4, 5}, 0);
  a.answers = {9, 8};
  b.answers = {7};
  const std::int64_t members[] = {0, 1};
  const auto batch = data::collate(data::in_memory({a, b}, 0), members, 0);
  CHECK(batch.asked.values() == std::vector<std::int32_t>{1, 2, 4});
  CHECK(batch.wanted.labels.values() == std::vector<std::int32_t>{9, 8, 7});
}

TEST_CASE("numbers are filled up with zeros, targets are rows", "[data]") {
  Sequence a, b;
  a.numbers = {1, 2, 3, 4};
  b.numbers = {5, 6};
  a.targets = {1, 2, 3};
  b.targets = {4, 5, 6};
  const std::int64_t members[] = {0, 1};
  const auto batch = data::collate(data::in_memory({a, b}, 2), members, 2);
  CHECK(batch.numbers.shape() == Shape{2, 2, 2});
  CHECK(std::ranges::equal(batch.numbers.values(), std::vector<real>{1, 2, 3, 4, 5, 6, 0, 0}));
  CHECK(batch.sizes == std::vector<std::int64_t>{2, 1});
  CHECK(batch.wanted.targets.shape() == Shape{2, 3});
}

TEST_CASE("an epoch of batches has every sequence once, of like length", "[data]") {
  std::vector<int> sizes;
  for (int i = 0; i < 64; ++i) sizes.push_back(1 + i * 37 % 64);
  const Sequences all = of_sizes(sizes);
  std::set<std::int64_t> seen;
  for (std::int64_t place = 0; place < 16; ++place) {
    const auto members = data::batch_members(all, 4, place, 5);
    CHECK(members == data::batch_members(all, 4, place, 5));
    CHECK(all.steps(members.back()) - all.steps(members.front()) == 3);
    seen.insert(members.begin(), members.end());
  }
  CHECK(seen.size() == 64);
  CHECK(data::batch_members(all, 4, 0, 5) != data::batch_members(all, 4, 0, 6));
}

TEST_CASE("made-up sequences never end", "[data]") {
  Sequences all;
  all.size = Sequences::endless;
  CHECK(data::batch_members(all, 3, 2, 1) == std::vector<std::int64_t>{6, 7, 8});
}

TEST_CASE("evaluation goes by length, within rows and steps", "[data]") {
  const auto cuts = data::cut_by_length(of_sizes({5, 1, 9, 2, 2, 30}), 3, 20);
  using Cut = std::vector<std::int64_t>;
  CHECK(cuts == std::vector<Cut>{{1, 3, 4}, {0, 2}, {5}});
}
