#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dlt::vision {

// A picture of 8-bit pixels: rows of interleaved channels, 1 (grey) or 3 (red, green, blue).
struct Image {
  std::int64_t height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;  // [height, width, channels]

  bool operator==(const Image&) const = default;
};

Image blank(std::int64_t height, std::int64_t width, std::int64_t channels);

// So many pixels are decoded; a file that says it has more is refused before memory is taken.
constexpr std::int64_t most_pixels = 100'000'000;

// The picture in a PNG or JPEG file, told by its content. 16 bits become 8 (the upper ones),
// palettes their colours, what is transparent lies over white, CMYK becomes RGB without a colour
// profile, (255 - ink) * (255 - black) / 255. Gamma, profiles and orientation tags are not
// applied. Whatever is wrong is an Error (Exit::data): one sentence with `path` and the reason.
Image decode(std::string_view bytes, const std::string& path);
Image read_image(const std::string& path);

// A PNG of one channel as the numbers that stand in it: indices of the palette, or grey as stored
// (of 1, 2, 4 or 8 bits). Anything else, with 16 bits, colours or alpha, is an Error (Exit::data).
Image decode_mask(std::string_view bytes, const std::string& path);
Image read_mask(const std::string& path);

using Palette = std::vector<std::array<std::uint8_t, 3>>;  // at most 256 colours

// A PNG file. With `palette` the one channel holds indices of it.
std::string encode_png(const Image& image, const Palette& palette = {});

Image grey(const Image& image);    // 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601)
Image colour(const Image& image);  // three channels, alike if there was one

}  // namespace dlt::vision
