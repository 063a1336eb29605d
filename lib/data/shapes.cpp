#include "data/shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace dlt::data::shapes {
namespace {

using Colour = std::array<double, 3>;  // 0 to 255

struct Point {
  double x, y;
};
using Outline = std::vector<Point>;  // of radius 1; empty: the circle

Outline corners(int count, double inner, double turn) {
  Outline o;
  for (int i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * (i + turn) / count;
    const double radius = i % 2 == 1 ? inner : 1;
    o.push_back({radius * std::sin(angle), -radius * std::cos(angle)});
  }
  return o;
}

Outline outline(std::int64_t kind) {
  constexpr double a = 0.33, b = 0.94;  // half the width and the length of the cross's arms
  switch (kind) {
    case 2:
      return corners(4, 1, 0.5);
    case 3:
      return corners(3, 1, 0);
    case 4:
      return corners(10, 0.45, 0);
    case 5:
      return corners(6, 1, 0);
    case 6:
      return {{-a, -b}, {a, -b}, {a, -a}, {b, -a}, {b, a},   {a, a},
              {a, b},   {-a, b}, {-a, a}, {-b, a}, {-b, -a}, {-a, -a}};
    default:
      return {};
  }
}

// By the even-odd rule: a ray crosses the outline an odd number of times.
bool contains(const Outline& o, Point p) {
  if (o.empty()) return p.x * p.x + p.y * p.y < 1;
  bool in = false;
  for (std::size_t i = 0, j = o.size() - 1; i < o.size(); j = i++) {
    if ((o[i].y > p.y) == (o[j].y > p.y)) continue;
    const double share = (p.y - o[i].y) / (o[j].y - o[i].y);
    if (p.x < o[i].x + share * (o[j].x - o[i].x)) in = !in;
  }
  return in;
}

struct Shape {
  std::int64_t kind;
  Outline outline;
  Point centre;
  double radius, cosine, sine;
  Colour colour;

  bool covers(double x, double y) const {
    const double dx = (x - centre.x) / radius, dy = (y - centre.y) / radius;
    return contains(outline, {cosine * dx + sine * dy, cosine * dy - sine * dx});
  }
};

Colour draw_colour(Rng& rng) {
  return {rng.uniform(0, 255), rng.uniform(0, 255), rng.uniform(0, 255)};
}

double apart(const Colour& a, const Colour& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

// Random numbers on a grid, smoothly joined, 0 to 1.
class Clouds {
 public:
  Clouds(std::int64_t size, double cell, Rng& rng)
      : cell_(cell), side_(static_cast<std::int64_t>(static_cast<double>(size) / cell) + 2) {
    for (std::int64_t i = 0; i < side_ * side_; ++i) grid_.push_back(rng.uniform());
  }
  double at(double x, double y) const {
    const double gx = x / cell_, gy = y / cell_;
    const auto i = static_cast<std::int64_t>(gx), j = static_cast<std::int64_t>(gy);
    const double u = smooth(gx - static_cast<double>(i)), v = smooth(gy - static_cast<double>(j));
    return std::lerp(std::lerp(node(i, j), node(i + 1, j), u),
                     std::lerp(node(i, j + 1), node(i + 1, j + 1), u), v);
  }

 private:
  static double smooth(double t) { return t * t * (3 - 2 * t); }
  double node(std::int64_t i, std::int64_t j) const {
    return grid_[static_cast<std::size_t>(j * side_ + i)];
  }
  double cell_;
  std::int64_t side_;
  std::vector<double> grid_;
};

struct Background {
  Colour from, to;  // between which the texture moves
  std::vector<Colour> pixels;
};

// Clouds, stripes, a chessboard or a slope between two like colours, with grain.
Background draw_background(std::int64_t size, Rng& rng) {
  Background b;
  b.from = draw_colour(rng);
  for (std::size_t c = 0; c < 3; ++c) {
    b.to[c] = std::clamp(b.from[c] + rng.uniform(-60, 60), 0.0, 255.0);
  }
  const auto s = static_cast<double>(size);
  const auto texture = rng.below(4);
  const double turn = rng.uniform(0, 2 * std::numbers::pi), wave = s / rng.uniform(3, 12);
  const double dx = std::cos(turn), dy = std::sin(turn), grain = rng.uniform(2, 14);
  const Clouds clouds(size, s / rng.uniform(2, 8), rng);
  for (std::int64_t i = 0; i < size * size; ++i) {
    const std::int64_t row = i / size, column = i % size;
    const auto x = static_cast<double>(column), y = static_cast<double>(row);
    const double along = dx * x + dy * y, across = dx * y - dy * x;
    const double t = texture == 0   ? clouds.at(x, y)
                     : texture == 1 ? 0.5 + 0.5 * std::sin(2 * std::numbers::pi * along / wave)
                     : texture == 2 ? (std::sin(std::numbers::pi * along / wave) *
                                                   std::sin(std::numbers::pi * across / wave) >
                                               0
                                           ? 1.0
                                           : 0.0)
                                    : std::clamp(0.5 + along / (2 * s), 0.0, 1.0);
    Colour pixel;
    const double noise = grain * (rng.uniform() - 0.5);
    for (std::size_t c = 0; c < 3; ++c) pixel[c] = std::lerp(b.from[c], b.to[c], t) + noise;
    b.pixels.push_back(pixel);
  }
  return b;
}

// Far enough from the colours of the background and of the other shapes.
Colour draw_shape_colour(const Background& b, const std::vector<Shape>& others, Rng& rng) {
  Colour best = {};
  double most = -1;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const Colour c = draw_colour(rng);
    double distance = std::min(apart(c, b.from), apart(c, b.to));
    for (const Shape& s : others) distance = std::min(distance, apart(c, s.colour));
    if (distance > 110) return c;
    if (distance > most) most = distance, best = c;
  }
  return best;
}

// Nothing where it would hide too much of another.
bool fits(const Shape& shape, const std::vector<Shape>& others) {
  return std::ranges::none_of(others, [&](const Shape& o) {
    const double distance = std::hypot(shape.centre.x - o.centre.x, shape.centre.y - o.centre.y);
    return distance < 0.8 * (shape.radius + o.radius);
  });
}

std::vector<Shape> draw_shapes(std::int64_t size, std::int64_t most, const Background& b,
                               Rng& rng) {
  const auto s = static_cast<double>(size);
  const auto count = 1 + rng.below(static_cast<std::uint64_t>(most));
  std::vector<Shape> shapes;
  for (std::uint64_t i = 0; i < count; ++i) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      Shape shape{};
      shape.kind = 1 + static_cast<std::int64_t>(rng.below(kinds.size()));
      shape.outline = outline(shape.kind);
      shape.radius = s * rng.uniform(0.11, 0.27);
      shape.centre = {rng.uniform(0.8 * shape.radius, s - 0.8 * shape.radius),
                      rng.uniform(0.8 * shape.radius, s - 0.8 * shape.radius)};
      const double turn = rng.uniform(0, 2 * std::numbers::pi);
      shape.cosine = std::cos(turn);
      shape.sine = std::sin(turn);
      if (!fits(shape, shapes)) continue;
      shape.colour = draw_shape_colour(b, shapes, rng);
      shapes.push_back(std::move(shape));
      break;
    }
  }
  return shapes;
}

// Which shape stands at a point, 1 on; 0: none.
std::size_t shape_at(const std::vector<Shape>& shapes, double x, double y) {
  for (std::size_t i = shapes.size(); i > 0; --i) {
    if (shapes[i - 1].covers(x, y)) return i;
  }
  return 0;
}

// The mean of 4 x 4 points.
Colour pixel_at(const std::vector<Shape>& shapes, const Colour& behind, double x, double y) {
  Colour sum = {};
  for (int i = 0; i < 16; ++i) {
    const int row = i / 4, column = i % 4;
    const std::size_t at = shape_at(shapes, x + (column + 0.5) / 4, y + (row + 0.5) / 4);
    const Colour& colour = at == 0 ? behind : shapes[at - 1].colour;
    for (std::size_t c = 0; c < 3; ++c) sum[c] += colour[c] / 16;
  }
  return sum;
}

void extend(Object& o, std::int64_t x, std::int64_t y) {
  vision::Box& b = o.box;
  if (o.area++ == 0) b = {y, x, 1, 1};
  const std::int64_t right = std::max(b.left + b.width, x + 1);
  b.left = std::min(b.left, x);
  b.width = right - b.left;
  b.height = y + 1 - b.top;  // rows come from above
}

}  // namespace

Scene draw(std::int64_t size, std::int64_t most, Rng& rng) {
  require(size >= least_size && most > 0, "shapes: {} of size {}", most, size);
  const Background background = draw_background(size, rng);
  const std::vector<Shape> shapes = draw_shapes(size, most, background, rng);
  Scene scene{vision::blank(size, size, 3), vision::blank(size, size, 1), {}};
  for (const Shape& s : shapes) scene.objects.push_back({.kind = s.kind, .box = {}, .area = 0});
  for (std::int64_t i = 0; i < size * size; ++i) {
    const std::int64_t x = i % size, y = i / size;
    const auto fx = static_cast<double>(x), fy = static_cast<double>(y);
    const Colour pixel = pixel_at(shapes, background.pixels[static_cast<std::size_t>(i)], fx, fy);
    for (std::size_t c = 0; c < 3; ++c) {
      scene.picture.pixels[static_cast<std::size_t>(3 * i) + c] =
          static_cast<std::uint8_t>(std::lround(std::clamp(pixel[c], 0.0, 255.0)));
    }
    const std::size_t at = shape_at(shapes, fx + 0.5, fy + 0.5);
    if (at == 0) continue;
    scene.mask.pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(shapes[at - 1].kind);
    extend(scene.objects[at - 1], x, y);
  }
  std::erase_if(scene.objects, [](const Object& o) { return o.area == 0; });
  return scene;
}

vision::Palette palette() {
  return {{0, 0, 0},      {230, 60, 60},  {70, 130, 240}, {250, 210, 60},
          {80, 190, 110}, {170, 90, 210}, {250, 140, 40}};
}

}  // namespace dlt::data::shapes
