#include "data/augment.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.h"

namespace dlt::data {
namespace {

using vision::Border, vision::Box, vision::Region;

// With the logarithm of width / height drawn evenly, as torchvision does. After ten parts that do
// not fit the largest centred one.
Region draw_part(const Augment& a, std::int64_t height, std::int64_t width, Rng rng) {
  const auto h = static_cast<double>(height), w = static_cast<double>(width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = h * w * rng.uniform(a.crop[0], a.crop[1]);
    const double shape = std::exp(rng.uniform(std::log(a.aspect[0]), std::log(a.aspect[1])));
    const Region part{0, 0, std::sqrt(area / shape), std::sqrt(area * shape)};
    const double top = rng.uniform(), left = rng.uniform();
    if (part.height > h || part.width > w) continue;
    return {top * (h - part.height), left * (w - part.width), part.height, part.width};
  }
  const double side = std::sqrt(a.crop[1]);
  return {h * (1 - side) / 2, w * (1 - side) / 2, h * side, w * side};
}

vision::ColourChange draw_colours(const Augment& a, Rng rng) {
  const auto factor = [&](double reach) { return reach > 0 ? 1 + rng.uniform(-reach, reach) : 1; };
  vision::ColourChange c;
  c.brightness = factor(a.brightness);
  c.contrast = factor(a.contrast);
  c.saturation = factor(a.saturation);
  c.hue = a.hue > 0 ? rng.uniform(-a.hue, a.hue) : 0;
  return c;
}

// 2 % to a third of the area, three times as high as wide or the other way round.
Box draw_erased(double probability, std::int64_t height, std::int64_t width, Rng rng) {
  if (rng.uniform() >= probability) return {};
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = static_cast<double>(height * width) * rng.uniform(0.02, 1.0 / 3);
    const double shape = std::exp(rng.uniform(std::log(0.3), std::log(1 / 0.3)));
    const auto h = static_cast<std::int64_t>(std::lround(std::sqrt(area * shape)));
    const auto w = static_cast<std::int64_t>(std::lround(std::sqrt(area / shape)));
    if (h < 1 || w < 1 || h > height || w > width) continue;
    const auto top = rng.below(static_cast<std::uint64_t>(height - h + 1));
    const auto left = rng.below(static_cast<std::uint64_t>(width - w + 1));
    return {static_cast<std::int64_t>(top), static_cast<std::int64_t>(left), h, w};
  }
  return {};
}

void read_range(config::Reader& r, std::string_view key, std::array<double, 2>& value, double min,
                double max) {
  std::vector<double> list(value.begin(), value.end());
  r.field(key, list, min, max);
  if (list.size() != 2 || list[0] > list[1]) {
    r.fail(key, "expected two numbers, the smaller one first");
  }
  std::ranges::copy(list, value.begin());
}

}  // namespace

Augment read_augment(config::Reader& data, Mixing mixing) {
  Augment a;
  auto r = data.child("augment");
  r.field("flip", a.flip);
  r.field("shift", a.shift, 0, 1 << 12);
  r.choice("border", a.border,
           {{"black", Border::black}, {"edge", Border::edge}, {"mirror", Border::mirror}});
  read_range(r, "crop", a.crop, 0.01, 1);
  read_range(r, "aspect", a.aspect, 0.1, 10);
  r.field("brightness", a.brightness, 0, 1);
  r.field("contrast", a.contrast, 0, 1);
  r.field("saturation", a.saturation, 0, 1);
  r.field("hue", a.hue, 0, 0.5);
  r.field("erase", a.erase, 0, 1);
  if (mixing == Mixing::yes) r.field("mixup", a.mixup, 0, 4);
  return a;
}

Change::Change(const Augment& a, std::uint64_t seed, std::int64_t height, std::int64_t width)
    : height_(height), width_(width), border_(a.border), crops_(a.crops()) {
  Rng rng(seed);
  flip_ = rng.below(2) == 1 && a.flip;
  const auto reach = static_cast<std::uint64_t>(2 * a.shift + 1);
  down_ = static_cast<std::int64_t>(rng.below(reach)) - a.shift;
  right_ = static_cast<std::int64_t>(rng.below(reach)) - a.shift;
  if (crops_) part_ = draw_part(a, height, width, Rng(derive(seed, "crop")));
  if (a.recolours()) colours_ = draw_colours(a, Rng(derive(seed, "colours")));
  if (a.erase > 0) erased_ = draw_erased(a.erase, height, width, Rng(derive(seed, "erase")));
}

// Element (y, x) comes from (y + down, mirrored x + right).
template <class T>
void Change::move(const std::uint8_t* from, T* to) const {
  std::vector<std::int64_t> columns(static_cast<std::size_t>(width_));
  for (std::int64_t x = 0; x < width_; ++x) {
    columns[static_cast<std::size_t>(x)] =
        vision::inside((flip_ ? width_ - 1 - x : x) + right_, width_, border_);
  }
  for (std::int64_t y = 0; y < height_; ++y) {
    const std::int64_t row = vision::inside(y + down_, height_, border_);
    for (std::int64_t column : columns) {
      *to++ = row < 0 || column < 0 ? T{0} : static_cast<T>(from[row * width_ + column]);
    }
  }
}

void Change::apply(const std::uint8_t* from, const vision::Planes& to, std::span<const real> scale,
                   std::span<const real> shift) const {
  std::vector<std::uint8_t> moved(crops_ ? static_cast<std::size_t>(to.area()) : 0);
  for (std::int64_t c = 0; c < to.channels; ++c) {
    real* y = to.values + c * to.area();
    if (crops_) {
      move(from + c * to.area(), moved.data());
      vision::resize({moved.data(), height_, width_, width_}, part_, y, height_, width_);
    } else {
      move(from + c * to.area(), y);
    }
  }
  vision::change_colours(to, colours_);
  vision::normalise(to, scale, shift);
  vision::erase(to, erased_, 0);
}

void Change::apply_mask(const std::uint8_t* from, std::uint8_t* to) const {
  if (!crops_) return move(from, to);
  std::vector<std::uint8_t> moved(static_cast<std::size_t>(height_ * width_));
  move(from, moved.data());
  vision::resize_nearest({moved.data(), height_, width_, width_}, part_, to, height_, width_);
}

// By Joehnk's method (1964) for a Beta distribution of two like parts.
double drawn_share(double mixup, std::uint64_t seed) {
  Rng rng(seed);
  for (;;) {
    const double a = std::pow(rng.uniform(), 1 / mixup), b = std::pow(rng.uniform(), 1 / mixup);
    if (a + b > 0 && a + b <= 1) return a / (a + b);
  }
}

}  // namespace dlt::data
