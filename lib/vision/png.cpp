#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <png.h>

#include "base/error.h"
#include "vision/formats.h"

// libpng leaves by longjmp. So every function that calls setjmp has no local with a destructor,
// and all that is allocated belongs to an object of its caller.
namespace dlt::vision {
namespace {

struct Decoder {
  std::string_view bytes;
  std::size_t at = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  char reason[160] = "";
  std::vector<png_byte> pixels;  // as libpng gives them
  std::vector<png_bytep> rows;

  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

template <class State>
void on_error(png_structp png, png_const_charp message) {
  auto* state = static_cast<State*>(png_get_error_ptr(png));
  std::strncpy(state->reason, message, sizeof state->reason - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto* d = static_cast<Decoder*>(png_get_io_ptr(png));
  if (count > d->bytes.size() - d->at) png_error(png, "the file ends early");
  std::memcpy(to, d->bytes.data() + d->at, count);
  d->at += count;
}

bool read_header(Decoder& d) {
  if (setjmp(png_jmpbuf(d.png)) != 0) return false;
  png_set_user_limits(d.png, 0x7fffffff, 0x7fffffff);  // check_size() says it better
  png_set_chunk_malloc_max(d.png, 8 << 20);
  png_set_chunk_cache_max(d.png, 64);
  png_set_read_fn(d.png, &d, read_bytes);
  png_read_info(d.png, d.info);
  return true;
}

bool transform(Decoder& d, Reading reading) {
  if (setjmp(png_jmpbuf(d.png)) != 0) return false;
  if (reading == Reading::numbers) {
    png_set_packing(d.png);
  } else {
    png_set_expand(d.png);  // palettes, few bits, and what tRNS makes transparent
    png_set_strip_16(d.png);
  }
  png_set_interlace_handling(d.png);
  png_read_update_info(d.png, d.info);
  return true;
}

bool read_rows(Decoder& d) {
  if (setjmp(png_jmpbuf(d.png)) != 0) return false;
  png_read_image(d.png, d.rows.data());
  png_read_end(d.png, nullptr);
  return true;
}

void check(const Decoder& d, bool ok) {
  if (!ok) throw Defect{fmt::format("the PNG is damaged: {}", d.reason)};
}

void check_mask(const Decoder& d) {
  const auto type = png_get_color_type(d.png, d.info), depth = png_get_bit_depth(d.png, d.info);
  if ((type != PNG_COLOR_TYPE_GRAY && type != PNG_COLOR_TYPE_PALETTE) || depth > 8) {
    throw Defect{
        "a mask has a number of up to 8 bits for each pixel, as palette or grey, and this PNG has "
        "colours, alpha or 16 bits"};
  }
}

// Deflate makes data 1032 times smaller at best.
void check_plausible(const Decoder& d, std::size_t row_bytes, std::int64_t height) {
  if (static_cast<double>(row_bytes) * static_cast<double>(height) >
      1032.0 * static_cast<double>(d.bytes.size()) + 65536) {
    throw Defect{
        fmt::format("the PNG is damaged: the file ends early, {} bytes are too few for "
                    "its {} x {} pixels",
                    d.bytes.size(), png_get_image_width(d.png, d.info), height)};
  }
}

// Over white where there is alpha.
Image flatten(const Decoder& d, std::int64_t height, std::int64_t width, std::int64_t samples) {
  const bool alpha = samples % 2 == 0;
  Image image = blank(height, width, samples < 3 ? 1 : 3);
  const png_byte* from = d.pixels.data();
  std::uint8_t* to = image.pixels.data();
  for (std::int64_t i = 0; i < height * width; ++i) {
    const int a = alpha ? from[samples - 1] : 255;
    for (std::int64_t c = 0; c < image.channels; ++c) {
      *to++ = static_cast<std::uint8_t>((from[c] * a + 255 * (255 - a) + 127) / 255);
    }
    from += samples;
  }
  return image;
}

struct Encoder {
  const Image* image = nullptr;
  std::string bytes;
  png_structp png = nullptr;
  png_infop info = nullptr;
  char reason[160] = "";
  std::vector<png_color> palette;

  ~Encoder() { png_destroy_write_struct(&png, &info); }
};

void write_bytes(png_structp png, png_bytep from, std::size_t count) {
  auto* e = static_cast<Encoder*>(png_get_io_ptr(png));
  e->bytes.append(reinterpret_cast<const char*>(from), count);
}

bool write_png(Encoder& e) {
  if (setjmp(png_jmpbuf(e.png)) != 0) return false;
  const Image& image = *e.image;
  png_set_write_fn(e.png, &e, write_bytes, nullptr);
  const int type = !e.palette.empty()    ? PNG_COLOR_TYPE_PALETTE
                   : image.channels == 1 ? PNG_COLOR_TYPE_GRAY
                                         : PNG_COLOR_TYPE_RGB;
  png_set_IHDR(e.png, e.info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), 8, type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!e.palette.empty()) {
    png_set_PLTE(e.png, e.info, e.palette.data(), static_cast<int>(e.palette.size()));
  }
  png_write_info(e.png, e.info);
  for (std::int64_t y = 0; y < image.height; ++y) {
    png_write_row(e.png, image.pixels.data() + y * image.width * image.channels);
  }
  png_write_end(e.png, e.info);
  return true;
}

}  // namespace

Image decode_png(std::string_view bytes, Reading reading) {
  Decoder d;
  d.bytes = bytes;
  d.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d, on_error<Decoder>, on_warning);
  d.info = d.png != nullptr ? png_create_info_struct(d.png) : nullptr;
  require(d.info != nullptr, "libpng cannot be used: there is no memory, or it is another version");
  check(d, read_header(d));
  if (reading == Reading::numbers) check_mask(d);
  const std::int64_t height = png_get_image_height(d.png, d.info);
  const std::int64_t width = png_get_image_width(d.png, d.info);
  check_size(height, width);
  check_plausible(d, png_get_rowbytes(d.png, d.info), height);
  check(d, transform(d, reading));
  const std::size_t row = png_get_rowbytes(d.png, d.info);
  d.pixels.resize(row * static_cast<std::size_t>(height));
  for (std::int64_t y = 0; y < height; ++y) {
    d.rows.push_back(d.pixels.data() + static_cast<std::size_t>(y) * row);
  }
  check(d, read_rows(d));
  return flatten(d, height, width, png_get_channels(d.png, d.info));
}

std::string encode_png(const Image& image, const Palette& palette) {
  require(image.height > 0 && image.width > 0 && palette.size() <= 256, "encode_png: {} x {} of {}",
          image.height, image.width, palette.size());
  Encoder e;
  e.image = &image;
  for (const auto& [red, green, blue] : palette) e.palette.push_back({red, green, blue});
  e.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &e, on_error<Encoder>, on_warning);
  e.info = e.png != nullptr ? png_create_info_struct(e.png) : nullptr;
  require(e.info != nullptr, "libpng cannot be used: there is no memory, or it is another version");
  const bool ok = write_png(e);
  require(ok, "the picture cannot be written as PNG: {}", e.reason);
  return std::move(e.bytes);
}

}  // namespace dlt::vision
