#pragma once

#include "vision/image.h"

// The two formats that decode() tells apart. A mistake is a Defect, which decode() completes to an
// Error with the path.
namespace dlt::vision {

struct Defect {
  std::string reason;
};

// An Image of this size, as the header of a file gives it: a Defect if it is too large.
void check_size(std::int64_t height, std::int64_t width);

enum class Reading : std::uint8_t { colours, numbers };  // numbers: see decode_mask()

Image decode_png(std::string_view bytes, Reading reading);
Image decode_jpeg(std::string_view bytes);

}  // namespace dlt::vision
