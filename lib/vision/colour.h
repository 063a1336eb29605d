#pragma once

#include <span>

#include "base/real.h"
#include "vision/transform.h"

// Colour of pictures as planes of numbers [channels, height, width], 1 or 3 of them.
namespace dlt::vision {

struct Planes {
  real* values;
  std::int64_t channels, height, width;

  std::int64_t area() const { return height * width; }
};

// How colours are changed, of values in 0 .. 255: brighter by a factor; away from the picture's
// mean grey; away from each pixel's grey; round the circle of hues, in turns. 1, 1, 1, 0 changes
// nothing. In this order, each cut to 0 .. 255, after torchvision's ColorJitter. Saturation and hue
// are nothing to a grey picture.
struct ColourChange {
  double brightness = 1, contrast = 1, saturation = 1, hue = 0;
};
void change_colours(const Planes& p, const ColourChange& change);

// value * scale[c] + shift[c] of channel c.
void normalise(const Planes& p, std::span<const real> scale, std::span<const real> shift);

void erase(const Planes& p, const Box& box, real value);

// a = keep * a + (1 - keep) * b and the other way round (mixup: Zhang et al., arXiv 1710.09412).
void mix(std::span<real> a, std::span<real> b, real keep);

}  // namespace dlt::vision
