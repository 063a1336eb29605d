#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "vision/transform.h"

// Made-up pictures for classification, detection and segmentation: shapes in random colours, sizes
// and places on textured backgrounds.
namespace dlt::data::shapes {

// Class c of a mask is kinds[c - 1]; 0 is the background.
constexpr std::array<std::string_view, 6> kinds = {"circle", "square",  "triangle",
                                                   "star",   "hexagon", "cross"};

struct Object {
  std::int64_t kind = 1;  // 1 to kinds.size()
  vision::Box box;        // of the pixels that can be seen
  std::int64_t area = 0;  // their number
};

struct Scene {
  vision::Image picture;        // colours
  vision::Image mask;           // a class for each pixel
  std::vector<Object> objects;  // one at least
};

constexpr std::int64_t least_size = 16;

// size x size pixels with 1 to `most` shapes, those drawn later in front.
Scene draw(std::int64_t size, std::int64_t most, Rng& rng);

vision::Palette palette();  // of masks

}  // namespace dlt::data::shapes
