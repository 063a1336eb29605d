#include "data/shapes.h"

#include <catch2/catch.hpp>
#include <set>

using namespace dlt;
namespace shapes = data::shapes;

TEST_CASE("boxes and areas of shapes are those of their pixels", "[data]") {
  std::set<std::int64_t> kinds;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Rng rng(seed);
    const shapes::Scene scene = shapes::draw(48, 4, rng);
    CHECK(scene.picture.pixels.size() == 48 * 48 * 3);
    REQUIRE(scene.objects.size() >= 1);
    REQUIRE(scene.objects.size() <= 4);
    std::int64_t area = 0, marked = 0;
    for (std::uint8_t c : scene.mask.pixels) marked += c > 0;
    for (const shapes::Object& o : scene.objects) {
      kinds.insert(o.kind);
      area += o.area;
      CHECK(o.area > 20);
      CHECK(o.area <= o.box.height * o.box.width);
      const vision::Image inside = vision::crop(scene.mask, o.box);
      const auto same = std::count(inside.pixels.begin(), inside.pixels.end(), o.kind);
      CHECK(same >= o.area);
    }
    CHECK(area == marked);
    Rng again(seed);
    CHECK(shapes::draw(48, 4, again).picture == scene.picture);
  }
  CHECK(kinds.size() == shapes::kinds.size());
  CHECK(shapes::palette().size() == shapes::kinds.size() + 1);
}

TEST_CASE("shapes can be seen: their colours differ from what is behind them", "[data]") {
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    Rng rng(seed);
    const shapes::Scene scene = shapes::draw(64, 1, rng);
    double inside[3] = {}, outside[3] = {}, in = 0, out = 0;
    for (std::size_t i = 0; i < scene.mask.pixels.size(); ++i) {
      const bool marked = scene.mask.pixels[i] > 0;
      (marked ? in : out) += 1;
      for (std::size_t c = 0; c < 3; ++c) {
        (marked ? inside : outside)[c] += scene.picture.pixels[3 * i + c];
      }
    }
    double apart = 0;
    for (int c = 0; c < 3; ++c) apart += std::abs(inside[c] / in - outside[c] / out);
    CHECK(apart > 60);
  }
}
