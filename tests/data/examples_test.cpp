#include "data/examples.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>

#include "base/parallel.h"
#include "data/example_set.h"

using namespace dlt;

namespace {

// Two images of 2 x 3 pixels: 0 to 5, and 10 to 15.
data::Examples two_images() {
  data::Examples all;
  all.item = {1, 2, 3};
  all.pixels = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  all.scale = {2};
  all.shift = {-1};
  all.labels = {3, 4};
  all.classes = 5;
  return all;
}

std::vector<real> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

}  // namespace

TEST_CASE("an epoch holds every example once, and no two epochs are alike", "[data]") {
  for (std::int64_t size : {1, 2, 5, 64, 100, 1000}) {
    std::vector<std::vector<std::int64_t>> epochs;
    for (std::int64_t e = 0; e < 3; ++e) {
      epochs.push_back(data::shuffled(size, size, e, 7));
      std::vector<std::int64_t> sorted = epochs.back(), all(static_cast<std::size_t>(size));
      std::ranges::sort(sorted);
      std::iota(all.begin(), all.end(), 0);
      CHECK(sorted == all);
    }
    if (size >= 64) {
      CHECK(epochs[0] != epochs[1]);
      CHECK(epochs[1] != epochs[2]);
      CHECK(epochs[0] != data::shuffled(size, size, 0, 8));
    }
  }
}

TEST_CASE("batches are stretches of one endless sequence", "[data]") {
  std::vector<std::int64_t> joined;
  for (std::int64_t part = 0; part < 5; ++part) {
    for (std::int64_t m : data::shuffled(10, 4, part, 1)) joined.push_back(m);
  }
  CHECK(joined == data::shuffled(10, 20, 0, 1));
}

TEST_CASE("places in a shuffled epoch are spread evenly", "[data]") {
  std::vector<int> first(50);
  for (std::uint64_t key = 0; key < 5000; ++key) {
    ++first[static_cast<std::size_t>(data::permuted(0, 50, key))];
  }
  CHECK(std::ranges::min(first) > 50);
  CHECK(std::ranges::max(first) < 160);
}

TEST_CASE("pixels are scaled, labels go with them", "[data]") {
  const auto batch = data::gather(two_images(), std::vector<std::int64_t>{1, 0});
  CHECK(batch.x.shape() == Shape{2, 1, 2, 3});
  CHECK(values(batch.x) == std::vector<real>{19, 21, 23, 25, 27, 29, -1, 1, 3, 5, 7, 9});
  CHECK(batch.labels.values() == std::vector<std::int32_t>{4, 3});
}

TEST_CASE("flips and shifts: every one is drawn, black comes in", "[data]") {
  const data::Examples all = two_images();
  const std::vector<std::int64_t> member = {0};
  std::set<std::vector<real>> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    seen.insert(values(data::gather(all, member, {.flip = true, .shift = 1}, seed).x));
  }
  CHECK(seen.size() == 18);
  CHECK(seen.contains({3, 1, -1, 9, 7, 5}));     // mirrored
  CHECK(seen.contains({-1, -1, -1, -1, 1, 3}));  // one row down
  CHECK(seen.contains({-1, -1, 1, -1, 5, 7}));   // one column to the right
}

TEST_CASE("a batch does not depend on the number of threads", "[data]") {
  data::Examples all;
  all.item = {1, 40, 40};
  for (int i = 0; i < 50 * 1600; ++i) all.pixels.push_back(static_cast<std::uint8_t>(i * 7));
  all.scale = {1};
  all.shift = {0};
  all.labels.assign(50, 0);
  const auto members = data::shuffled(50, 50, 0, 1);
  const data::Augment augment{.flip = true, .shift = 3};
  const auto one = values(data::gather(all, members, augment, 5).x);
  set_threads(4);
  CHECK(one == values(data::gather(all, members, augment, 5).x));
  set_threads(1);
}

TEST_CASE("held-out examples are those of every seed, and none of the others", "[data]") {
  data::Examples all;
  all.item = {2};
  for (int i = 0; i < 20; ++i) {
    all.numbers.push_back(static_cast<real>(i));
    all.numbers.push_back(static_cast<real>(-i));
    all.targets.push_back(static_cast<real>(i));
  }
  all.outputs = 1;
  const auto [train, valid] = data::split(all, 0.25);
  CHECK(train.size() == 15);
  CHECK(valid.size() == 5);
  std::multiset<real> joined(train.targets.begin(), train.targets.end());
  joined.insert(valid.targets.begin(), valid.targets.end());
  CHECK(joined == std::multiset<real>(all.targets.begin(), all.targets.end()));
  CHECK(valid.numbers[0] == valid.targets[0]);
  CHECK(data::split(all, 0).valid.size() == 0);
}
