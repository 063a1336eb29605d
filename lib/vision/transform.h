#pragma once

#include <cstdint>

#include "base/real.h"
#include "vision/image.h"

// Geometry of pictures. Coordinates are those of pixel edges: a pixel at (y, x) reaches from (y, x)
// to (y + 1, x + 1).
namespace dlt::vision {

struct Region {
  double top = 0, left = 0, height = 0, width = 0;
};

// The largest centred part of a picture that has the shape of height x width.
Region centred(std::int64_t of_height, std::int64_t of_width, std::int64_t height,
               std::int64_t width);

// One channel, of a picture or by itself: element (y, x) is first[y * row + x * step].
struct Plane {
  const std::uint8_t* first;
  std::int64_t height, width, row, step = 1;
};

// to [height, width] = a part of the plane at another size, in 0 .. 255 and not rounded: bilinear,
// the triangle widened where it shrinks so that no pixel is passed over, as Pillow's
// resize(BILINEAR, box) and torchvision's antialias=True do (Turkowski, "Filters for common
// resampling tasks", 1990).
void resize(const Plane& from, const Region& part, real* to, std::int64_t height,
            std::int64_t width);
// The same for numbers that mean something, of a mask: each the nearest one.
void resize_nearest(const Plane& from, const Region& part, std::uint8_t* to, std::int64_t height,
                    std::int64_t width);

Image resize(const Image& image, const Region& part, std::int64_t height, std::int64_t width);
Image resize(const Image& image, std::int64_t height, std::int64_t width);
Image resize_nearest(const Image& image, const Region& part, std::int64_t height,
                     std::int64_t width);

struct Box {
  std::int64_t top = 0, left = 0, height = 0, width = 0;
  bool operator==(const Box&) const = default;
};
Image crop(const Image& image, const Box& box);  // which lies inside
Image centre_crop(const Image& image, std::int64_t height, std::int64_t width);
Image flip(const Image& image);  // left and right

// What lies outside of a picture: nothing, its nearest pixel, or its mirror image (the pixel at the
// edge once).
enum class Border : std::uint8_t { black, edge, mirror };
// Where position i, outside or not, of an axis of `size` looks for its pixel; -1: black.
std::int64_t inside(std::int64_t i, std::int64_t size, Border border);
Image pad(const Image& image, std::int64_t margin, Border border);

}  // namespace dlt::vision
