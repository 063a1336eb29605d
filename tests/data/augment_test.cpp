#include "data/augment.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "base/parallel.h"
#include "base/rng.h"
#include "data/example_set.h"
#include "support/failure.h"

using namespace dlt;
using data::Augment;

namespace {

// `count` pictures [channels, size, size], of random pixels.
data::Examples pictures(std::int64_t count, std::int64_t channels, std::int64_t size) {
  data::Examples all;
  all.item = {channels, size, size};
  Rng rng(3);
  for (std::int64_t i = 0; i < count * all.item.size(); ++i) {
    all.pixels.push_back(static_cast<std::uint8_t>(rng.below(256)));
  }
  all.scale.assign(static_cast<std::size_t>(channels), real(1.0 / 255));
  all.shift.assign(static_cast<std::size_t>(channels), 0);
  for (std::int64_t i = 0; i < count; ++i) all.labels.push_back(static_cast<std::int32_t>(i));
  all.classes = count;
  return all;
}

std::vector<real> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

std::vector<real> one(const data::Examples& all, const Augment& a, std::uint64_t seed) {
  return values(data::gather(all, std::vector<std::int64_t>{0}, a, seed).x);
}

Augment read(const std::string& json) {
  auto r = config::Reader::parse_text(R"({"augment": )" + json + "}", "c.json");
  const Augment a = data::read_augment(r);
  r.done();
  return a;
}

Augment everything() {
  return {.flip = true,
          .shift = 2,
          .border = vision::Border::mirror,
          .crop = {0.4, 1},
          .brightness = 0.3,
          .contrast = 0.3,
          .saturation = 0.3,
          .hue = 0.1,
          .erase = 0.5,
          .mixup = 0.4};
}

}  // namespace

TEST_CASE("each way to change a picture changes it, within its range", "[data]") {
  const data::Examples all = pictures(1, 3, 12);
  const auto plain = one(all, {}, 0);
  const Augment ways[] = {{.flip = true},      {.shift = 2},      {.crop = {0.3, 0.6}},
                          {.brightness = 0.5}, {.contrast = 0.5}, {.saturation = 0.5},
                          {.hue = 0.3},        {.erase = 1}};
  for (const Augment& a : ways) {
    std::set<std::vector<real>> seen;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto x = one(all, a, seed);
      seen.insert(x);
      CHECK(std::ranges::min(x) >= 0);
      CHECK(std::ranges::max(x) <= 1);
      CHECK(x == one(all, a, seed));
    }
    CHECK(seen.size() >= (a.flip ? 2u : 10u));
  }
  CHECK(one(all, {.brightness = 1e-9}, 4) != std::vector<real>());
  CHECK_FALSE(Augment{.border = vision::Border::edge}.any());
}

TEST_CASE("erasing takes so many pictures and so much of each", "[data]") {
  data::Examples all = pictures(1, 1, 20);
  std::ranges::fill(all.pixels, 255);
  int erased = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto x = one(all, {.erase = 0.25}, seed);
    const auto gone = std::ranges::count(x, real(0));
    erased += gone > 0;
    CHECK(gone <= 400 * 2 / 5);
  }
  CHECK(erased > 60);
  CHECK(erased < 140);
}

TEST_CASE("a border is black, an edge or a mirror", "[data]") {
  data::Examples all = pictures(1, 1, 8);
  std::ranges::fill(all.pixels, 255);
  const auto darkest = [&](vision::Border border) {
    real least = 1;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      least = std::min(least, std::ranges::min(one(all, {.shift = 3, .border = border}, seed)));
    }
    return least;
  };
  CHECK(darkest(vision::Border::black) == 0);
  CHECK(darkest(vision::Border::edge) == 1);
  CHECK(darkest(vision::Border::mirror) == 1);
}

TEST_CASE("mixup blends each picture with one whose label is given", "[data]") {
  const data::Examples all = pictures(5, 1, 4);
  const std::vector<std::int64_t> members = {0, 1, 2, 3, 4};
  const auto plain = data::gather(all, members),
             mixed = data::gather(all, members, {.mixup = 1}, 9);
  CHECK(mixed.labels.values() == plain.labels.values());
  CHECK(mixed.others.values() == std::vector<std::int32_t>{4, 3, 2, 1, 0});
  CHECK(plain.others.size() == 0);
  REQUIRE(mixed.keep > 0);
  REQUIRE(mixed.keep < 1);
  for (std::int64_t i = 0; i < 5; ++i) {
    for (std::int64_t k = 0; k < 16; ++k) {
      const real a = plain.x.data()[i * 16 + k], b = plain.x.data()[(4 - i) * 16 + k];
      CHECK(mixed.x.data()[i * 16 + k] == Approx(mixed.keep * a + (1 - mixed.keep) * b));
    }
  }
}

TEST_CASE("shares of mixup are those of a Beta distribution", "[data]") {
  for (double alpha : {0.2, 1.0, 2.0}) {
    double sum = 0, squares = 0;
    constexpr int count = 4000;
    for (std::uint64_t seed = 0; seed < count; ++seed) {
      const double share = data::drawn_share(alpha, seed) - 0.5;
      sum += share / count;
      squares += share * share / count;
    }
    CHECK(std::abs(sum) < 0.03);
    CHECK(squares == Approx(0.25 / (2 * alpha + 1)).epsilon(0.08));
  }
}

TEST_CASE("masks move with their pictures", "[data]") {
  data::Examples all = pictures(2, 1, 16);
  all.labels.clear();
  for (std::uint8_t& p : all.pixels) p = p < 128 ? 0 : 200;
  for (std::uint8_t p : all.pixels) all.masks.push_back(p == 0 ? 0 : 2);
  all.masks[3] = data::unmarked;
  CHECK(all.size() == 2);
  const std::vector<std::int64_t> members = {1, 0};
  const auto plain = data::gather(all, members);
  CHECK(plain.labels.shape() == Shape{2, 16, 16});
  CHECK(plain.labels.values()[256 + 3] == -1);
  const auto moved = data::gather(all, members, {.flip = true, .shift = 3}, 11);
  int wrong = 0;
  for (std::int64_t i = 0; i < 512; ++i) {
    const auto label = moved.labels.values()[static_cast<std::size_t>(i)];
    wrong += label >= 0 && (label == 2) != (moved.x.data()[i] > 0);
  }
  CHECK(wrong == 0);
  CHECK(moved.labels.values() != plain.labels.values());
  const auto [train, valid] = data::split(all, 0.5);
  CHECK(train.size() == 1);
  CHECK(valid.size() == 1);
}

TEST_CASE("changed pictures do not depend on the number of threads", "[data]") {
  const data::Examples all = pictures(40, 3, 24);
  const auto members = data::shuffled(40, 40, 0, 1);
  const auto single = values(data::gather(all, members, everything(), 5).x);
  set_threads(4);
  CHECK(single == values(data::gather(all, members, everything(), 5).x));
  set_threads(1);
}

TEST_CASE("how pictures are changed is read and checked", "[data]") {
  const Augment a = read(R"({"flip": true, "shift": 2, "border": "edge", "crop": [0.5, 1],
    "brightness": 0.2, "hue": 0.1, "erase": 0.25, "mixup": 0.2})");
  CHECK(a.border == vision::Border::edge);
  CHECK(a.crop[0] == 0.5);
  CHECK(a.any());
  CHECK_FALSE(read("{}").any());
  CHECK(test::failure([] { read(R"({"crop": [1, 0.5]})"); }, Exit::usage) ==
        "c.json:1:22: /augment/crop: expected two numbers, the smaller one first");
  CHECK(test::failure([] { read(R"({"hue": 0.7})"); }, Exit::usage) ==
        "c.json:1:21: /augment/hue: expected a number in [0, 0.5], got 0.7 (number)");
}
