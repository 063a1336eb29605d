#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vision/image.h"

// Files of pictures as other programs write them, by the libraries themselves.
namespace dlt::test {

struct PngKind {
  int type = 2, depth = 8;  // as in the header of a PNG: 0 grey, 2 colours, 3 palette, 4, 6 alpha
  bool interlaced = false;
};
// `samples`: all bytes of the rows, as PNG stores them.
std::string png_file(std::int64_t height, std::int64_t width, const PngKind& kind,
                     const std::string& samples, const vision::Palette& palette = {});

enum class JpegColours : std::uint8_t { grey, rgb, cmyk };
struct JpegKind {
  JpegColours colours = JpegColours::rgb;
  bool adobe = true;  // its marker in the file
  bool progressive = false;
};
// One colour all over: 1, 3 or 4 samples.
std::string jpeg_file(std::int64_t height, std::int64_t width, const JpegKind& kind,
                      const std::vector<std::uint8_t>& colour);

// A PNG whose checksums are right again after bytes were changed.
std::string with_checksums(std::string png);

// Red to the right, green downwards, blue 100.
vision::Image gradient(std::int64_t height, std::int64_t width);

}  // namespace dlt::test
