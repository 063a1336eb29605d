#include "support/pictures.h"

#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

namespace dlt::test {
namespace {

void append(png_structp png, png_bytep from, std::size_t count) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<char*>(from), count);
}

std::uint32_t big_endian(const std::string& s, std::size_t at) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<std::uint8_t>(s[at + i]);
  return n;
}

}  // namespace

std::string png_file(std::int64_t height, std::int64_t width, const PngKind& kind,
                     const std::string& samples, const vision::Palette& palette) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height),
               kind.depth, kind.type, kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> colours;
  for (const auto& c : palette) colours.push_back({c[0], c[1], c[2]});
  if (!colours.empty()) png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
  png_write_info(png, info);
  std::string copy = samples;
  std::vector<png_bytep> rows;
  for (std::int64_t y = 0; y < height; ++y) {
    rows.push_back(reinterpret_cast<png_bytep>(copy.data()) +
                   static_cast<std::size_t>(y) * png_get_rowbytes(png, info));
  }
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::string jpeg_file(std::int64_t height, std::int64_t width, const JpegKind& kind,
                      const std::vector<std::uint8_t>& colour) {
  jpeg_compress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &memory, &size);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.input_components = static_cast<int>(colour.size());
  jpeg.in_color_space = kind.colours == JpegColours::grey  ? JCS_GRAYSCALE
                        : kind.colours == JpegColours::rgb ? JCS_RGB
                                                           : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  if (kind.colours == JpegColours::cmyk) jpeg.write_Adobe_marker = kind.adobe ? TRUE : FALSE;
  if (kind.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<std::uint8_t> row;
  for (std::int64_t x = 0; x < width; ++x) row.insert(row.end(), colour.begin(), colour.end());
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW line = row.data();
    jpeg_write_scanlines(&jpeg, &line, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string bytes(reinterpret_cast<char*>(memory), size);
  jpeg_destroy_compress(&jpeg);
  std::free(memory);
  return bytes;
}

std::string with_checksums(std::string png) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::uint64_t length = big_endian(png, at);
    if (at + 12 + length > png.size()) break;
    const auto* chunk = reinterpret_cast<const Bytef*>(png.data()) + at + 4;
    const auto sum = static_cast<std::uint32_t>(crc32(0, chunk, static_cast<uInt>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i) {
      png[at + 8 + length + i] = static_cast<char>(sum >> (24 - 8 * i));
    }
    at += 12 + length;
  }
  return png;
}

vision::Image gradient(std::int64_t height, std::int64_t width) {
  vision::Image image = vision::blank(height, width, 3);
  for (std::int64_t i = 0; i < height * width; ++i) {
    image.pixels[static_cast<std::size_t>(3 * i)] =
        static_cast<std::uint8_t>(255 * (i % width) / width);
    image.pixels[static_cast<std::size_t>(3 * i + 1)] =
        static_cast<std::uint8_t>(255 * (i / width) / height);
    image.pixels[static_cast<std::size_t>(3 * i + 2)] = 100;
  }
  return image;
}

}  // namespace dlt::test
