#include "vision/colour.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dlt::vision {
namespace {

using Colour = std::array<real, 3>;

real grey_of(const Planes& p, std::int64_t i) {
  if (p.channels == 1) return p.values[i];
  const std::int64_t n = p.area();
  return real(0.299) * p.values[i] + real(0.587) * p.values[n + i] +
         real(0.114) * p.values[2 * n + i];
}

real cut(real v) { return std::clamp(v, real(0), real(255)); }

void change_contrast(const Planes& p, real factor) {
  double sum = 0;
  for (std::int64_t i = 0; i < p.area(); ++i) sum += static_cast<double>(grey_of(p, i));
  const auto mean = static_cast<real>(sum / static_cast<double>(p.area()));
  for (real& v : std::span(p.values, p.channels * p.area())) v = cut(mean + factor * (v - mean));
}

void change_saturation(const Planes& p, real factor) {
  for (std::int64_t i = 0; i < p.area(); ++i) {
    const real grey = grey_of(p, i);
    for (std::int64_t c = 0; c < p.channels; ++c) {
      real& v = p.values[c * p.area() + i];
      v = cut(grey + factor * (v - grey));
    }
  }
}

// Hue in turns of the hexagon of colours (Smith 1978), chroma and value kept.
Colour turned(const Colour& rgb, double turns) {
  const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
  const auto chroma = static_cast<double>(high - low);
  if (chroma <= 0) return rgb;
  const auto r = static_cast<double>(rgb[0]), g = static_cast<double>(rgb[1]),
             b = static_cast<double>(rgb[2]);
  double hue = high == rgb[0]   ? (g - b) / chroma
               : high == rgb[1] ? 2 + (b - r) / chroma
                                : 4 + (r - g) / chroma;
  hue += 6 * turns;
  const auto channel = [&, high = static_cast<double>(high)](double n) {
    double k = std::fmod(n + hue, 6);
    if (k < 0) k += 6;
    return static_cast<real>(high - chroma * std::clamp(std::min(k, 4 - k), 0.0, 1.0));
  };
  return {channel(5), channel(3), channel(1)};
}

void turn_hue(const Planes& p, double turns) {
  const std::int64_t n = p.area();
  for (std::int64_t i = 0; i < n; ++i) {
    const Colour y = turned({p.values[i], p.values[n + i], p.values[2 * n + i]}, turns);
    for (std::int64_t c = 0; c < 3; ++c) p.values[c * n + i] = cut(y[static_cast<std::size_t>(c)]);
  }
}

}  // namespace

void change_colours(const Planes& p, const ColourChange& change) {
  if (change.brightness != 1) {
    const auto factor = static_cast<real>(change.brightness);
    for (real& v : std::span(p.values, p.channels * p.area())) v = cut(v * factor);
  }
  if (change.contrast != 1) change_contrast(p, static_cast<real>(change.contrast));
  if (p.channels == 1) return;
  if (change.saturation != 1) change_saturation(p, static_cast<real>(change.saturation));
  if (change.hue != 0) turn_hue(p, change.hue);
}

void normalise(const Planes& p, std::span<const real> scale, std::span<const real> shift) {
  for (std::int64_t c = 0; c < p.channels; ++c) {
    const auto i = static_cast<std::size_t>(c);
    for (real& v : std::span(p.values + c * p.area(), p.area())) v = v * scale[i] + shift[i];
  }
}

void erase(const Planes& p, const Box& box, real value) {
  for (std::int64_t c = 0; c < p.channels; ++c) {
    for (std::int64_t y = box.top; y < box.top + box.height; ++y) {
      std::fill_n(p.values + (c * p.height + y) * p.width + box.left, box.width, value);
    }
  }
}

void mix(std::span<real> a, std::span<real> b, real keep) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const real x = a[i], y = b[i];
    a[i] = keep * x + (1 - keep) * y;
    b[i] = keep * y + (1 - keep) * x;
  }
}

}  // namespace dlt::vision
