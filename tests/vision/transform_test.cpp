#include "vision/transform.h"

#include <catch2/catch.hpp>

#include "support/paths.h"
#include "support/pictures.h"
#include "vision/colour.h"

using namespace dlt;
using vision::Border, vision::Image;
using Bytes = std::vector<std::uint8_t>;

namespace {

Image golden(const std::string& name) {
  return vision::read_image(test::in_source("tests/golden/pictures/" + name + ".png"));
}

int most_apart(const Image& a, const Image& b) {
  REQUIRE(a.pixels.size() == b.pixels.size());
  int most = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return most;
}

std::vector<real> resized(const Bytes& from, std::int64_t height, std::int64_t width,
                          std::int64_t to_height, std::int64_t to_width) {
  std::vector<real> y(static_cast<std::size_t>(to_height * to_width));
  vision::resize({from.data(), height, width, width},
                 {0, 0, static_cast<double>(height), static_cast<double>(width)}, y.data(),
                 to_height, to_width);
  return y;
}

// Three planes of one pixel each, changed.
std::vector<real> changed(std::vector<real> rgb, const vision::ColourChange& change) {
  vision::change_colours({rgb.data(), std::ssize(rgb), 1, 1}, change);
  return rgb;
}

}  // namespace

TEST_CASE("resizing is bilinear, over all pixels where it shrinks", "[vision]") {
  const auto larger = resized({10, 20, 30, 40}, 2, 2, 4, 4);
  const double expected[] = {10, 12.5, 17.5, 20, 15, 17.5, 22.5, 25,
                             25, 27.5, 32.5, 35, 30, 32.5, 37.5, 40};
  for (std::size_t i = 0; i < 16; ++i) CHECK(larger[i] == Approx(expected[i]));
  const auto smaller = resized({0, 0, 0, 80, 0, 0, 0, 0}, 1, 8, 1, 4);
  CHECK(smaller[0] == Approx(0));
  CHECK(smaller[1] == Approx(80 * 3.0 / 8));  // 1, 3, 3, 1 eighths
  CHECK(smaller[2] == Approx(80 * 1.0 / 8));
  for (real v : resized(Bytes(30 * 17, 77), 30, 17, 5, 23)) CHECK(v == Approx(77));
}

TEST_CASE("resizing gives Pillow's pixels", "[vision]") {
  const Image photo = golden("photo");
  CHECK(most_apart(vision::resize(photo, 16, 20), golden("resized-20x16")) <= 1);
  CHECK(most_apart(vision::resize(photo, 60, 80), golden("resized-80x60")) <= 1);
  CHECK(most_apart(vision::resize(photo, 37, 7), golden("resized-7x37")) <= 1);
  CHECK(most_apart(vision::resize(photo, {2.25, 5.5, 27.75, 35}, 24, 24), golden("resized-part")) <=
        1);
}

TEST_CASE("parts, mirrors and borders", "[vision]") {
  const Image row{1, 4, 1, {1, 2, 3, 4}};
  CHECK(vision::crop(row, {0, 1, 1, 2}).pixels == Bytes{2, 3});
  CHECK(vision::centre_crop(row, 1, 2).pixels == Bytes{2, 3});
  CHECK(vision::flip(row).pixels == Bytes{4, 3, 2, 1});
  CHECK_THROWS_WITH(vision::crop(row, {0, 3, 1, 2}),
                    "crop: 1 x 2 at (0, 3) is not inside of 1 x 4");
  const auto padded = [&](Border border) {
    return vision::crop(vision::pad(row, 2, border), {2, 0, 1, 8}).pixels;
  };
  CHECK(padded(Border::black) == Bytes{0, 0, 1, 2, 3, 4, 0, 0});
  CHECK(padded(Border::edge) == Bytes{1, 1, 1, 2, 3, 4, 4, 4});
  CHECK(padded(Border::mirror) == Bytes{3, 2, 1, 2, 3, 4, 3, 2});
  CHECK(vision::inside(-100, 1, Border::mirror) == 0);
  CHECK(vision::inside(100, 4, Border::mirror) == 2);
  const vision::Region part = vision::centred(100, 200, 32, 32);
  CHECK(part.left == 50);
  CHECK(part.width == 100);
  CHECK(part.height == 100);
  CHECK(vision::resize_nearest(row, {0, 0, 1, 4}, 1, 8).pixels == Bytes{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(vision::resize_nearest(row, {0, 0, 1, 4}, 1, 2).pixels == Bytes{2, 4});
}

TEST_CASE("colours are changed as their names say", "[vision]") {
  const std::vector<real> rgb = {200, 100, 40};
  CHECK(changed(rgb, {}) == rgb);
  CHECK(changed(rgb, {.brightness = 1.5}) == std::vector<real>{255, 150, 60});
  const double grey = 0.299 * 200 + 0.587 * 100 + 0.114 * 40;
  for (real v : changed(rgb, {.saturation = 0})) CHECK(v == Approx(grey));
  for (real v : changed(rgb, {.contrast = 0})) CHECK(v == Approx(grey));
  const auto turned = [&](double hue) { return changed(rgb, {.hue = hue}); };
  const std::vector<real> third = turned(1.0 / 3), half = turned(0.5);  // by 120 and 180 degrees
  const double by_third[] = {40, 200, 100}, by_half[] = {40, 140, 200};
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(third[c] == Approx(by_third[c]));
    CHECK(half[c] == Approx(by_half[c]));
  }
  CHECK(changed({50}, {.saturation = 0, .hue = 0.3}) == std::vector<real>{50});
}

TEST_CASE("pixels are normalised, erased and mixed", "[vision]") {
  std::vector<real> x = {1, 2, 3, 4, 5, 6, 7, 8};
  const vision::Planes planes{x.data(), 2, 2, 2};
  vision::normalise(planes, std::vector<real>{2, 1}, std::vector<real>{0, -1});
  CHECK(x == std::vector<real>{2, 4, 6, 8, 4, 5, 6, 7});
  vision::erase(planes, {0, 1, 2, 1}, 0);
  CHECK(x == std::vector<real>{2, 0, 6, 0, 4, 0, 6, 0});
  std::vector<real> a = {0, 8}, b = {4, 0};
  vision::mix(a, b, real(0.75));
  CHECK(a == std::vector<real>{1, 6});
  CHECK(b == std::vector<real>{3, 2});
}
