#include "vision/image.h"

#include <utility>

#include "base/file.h"
#include "vision/formats.h"

namespace dlt::vision {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view png_start = "\x89PNG\r\n\x1a\n", jpeg_start = "\xff\xd8\xff";

// What else is met in folders of pictures.
std::string_view other_format(std::string_view bytes) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"GIF8", "a GIF"},      {"BM", "a BMP"},           {"II*\0"sv, "a TIFF"},
      {"MM\0*"sv, "a TIFF"},  {"RIFF", "a WebP or WAV"}, {"%PDF", "a PDF"},
      {"<svg", "an SVG"},     {"<?xml", "XML or SVG"},   {"P6", "a PPM"},
      {"P5", "a PGM"},        {"\x1f\x8b", "gzip data"}, {"PK\3\4", "a zip archive"},
      {"{", "text, or JSON"},
  };
  for (const auto& [start, name] : known) {
    if (bytes.starts_with(start)) return name;
  }
  if (bytes.size() > 12 && bytes.substr(4, 4) == "ftyp") return "a HEIC, AVIF or MP4";
  return "";
}

template <class F>
Image with_path(std::string_view bytes, const std::string& path, const F& decode_it) {
  try {
    if (bytes.empty()) throw Defect{"the file is empty"};
    return decode_it();
  } catch (const Defect& defect) {
    fail(Exit::data, "'{}' cannot be read as a picture: {}", path, defect.reason);
  }
}

[[noreturn]] void not_known(std::string_view bytes, std::string_view wanted) {
  const std::string_view other = other_format(bytes);
  throw Defect{other.empty() ? fmt::format("it is neither {}", wanted)
                             : fmt::format("it is {} file, not {}", other, wanted)};
}

}  // namespace

void check_size(std::int64_t height, std::int64_t width) {
  if (height < 1 || width < 1) throw Defect{"it has no pixels"};
  if (height > most_pixels / width) {
    throw Defect{fmt::format("it says it has {} x {} pixels; at most {} million are decoded", width,
                             height, most_pixels / 1'000'000)};
  }
}

Image blank(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return {height, width, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * channels))};
}

Image decode(std::string_view bytes, const std::string& path) {
  return with_path(bytes, path, [&] {
    if (bytes.starts_with(png_start)) return decode_png(bytes, Reading::colours);
    if (bytes.starts_with(jpeg_start)) return decode_jpeg(bytes);
    not_known(bytes, "a PNG nor a JPEG");
  });
}

Image decode_mask(std::string_view bytes, const std::string& path) {
  return with_path(bytes, path, [&] {
    if (bytes.starts_with(png_start)) return decode_png(bytes, Reading::numbers);
    if (bytes.starts_with(jpeg_start)) throw Defect{"a mask must be a PNG, and it is a JPEG"};
    not_known(bytes, "a PNG nor anything else with a class for each pixel");
  });
}

Image read_image(const std::string& path) {
  return decode(MappedFile(path, Exit::data).text(), path);
}

Image read_mask(const std::string& path) {
  return decode_mask(MappedFile(path, Exit::data).text(), path);
}

Image grey(const Image& image) {
  if (image.channels == 1) return image;
  Image y = blank(image.height, image.width, 1);
  const std::uint8_t* from = image.pixels.data();
  for (std::uint8_t& to : y.pixels) {  // the weights in 1/65536, rounded
    to = static_cast<std::uint8_t>(
        (19595u * from[0] + 38470u * from[1] + 7471u * from[2] + 32768) >> 16);
    from += 3;
  }
  return y;
}

Image colour(const Image& image) {
  if (image.channels == 3) return image;
  Image y = blank(image.height, image.width, 3);
  std::uint8_t* to = y.pixels.data();
  for (std::uint8_t from : image.pixels) {
    for (int c = 0; c < 3; ++c) *to++ = from;
  }
  return y;
}

}  // namespace dlt::vision
