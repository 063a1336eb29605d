#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it
#include <jerror.h>
#include <jpeglib.h>

#include "base/error.h"
#include "vision/formats.h"

// libjpeg leaves by our longjmp; see png.cpp.
namespace dlt::vision {
namespace {

constexpr int most_scans = 500;  // of a progressive file: more are an attack on our time

struct Decoder {
  jpeg_decompress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg_progress_mgr progress = {};
  std::jmp_buf leave;
  char reason[JMSG_LENGTH_MAX] = "";
  std::vector<std::uint8_t> pixels;

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }  // also right before it is created: all is zero
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
  auto* d = static_cast<Decoder*>(jpeg->client_data);
  (*jpeg->err->format_message)(jpeg, d->reason);
  std::longjmp(d->leave, 1);
}

// Of what libjpeg mends by guessing, that which leaves wrong pixels is an error here.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      on_error(jpeg);
    default:
      break;
  }
}

void no_output(j_common_ptr) {}

void on_progress(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most_scans) {
    std::snprintf(static_cast<Decoder*>(jpeg->client_data)->reason, JMSG_LENGTH_MAX,
                  "it has more than %d scans", most_scans);
    std::longjmp(static_cast<Decoder*>(jpeg->client_data)->leave, 1);
  }
}

void prepare(Decoder& d) {
  d.jpeg.err = jpeg_std_error(&d.errors);
  d.errors.error_exit = on_error;
  d.errors.emit_message = on_message;
  d.errors.output_message = no_output;
  d.jpeg.client_data = &d;
}

bool read_header(Decoder& d, std::string_view bytes) {
  if (setjmp(d.leave) != 0) return false;
  jpeg_create_decompress(&d.jpeg);
  d.progress.progress_monitor = on_progress;
  d.jpeg.progress = &d.progress;
  jpeg_mem_src(&d.jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&d.jpeg, TRUE);
  switch (d.jpeg.jpeg_color_space) {
    case JCS_GRAYSCALE:
      d.jpeg.out_color_space = JCS_GRAYSCALE;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      d.jpeg.out_color_space = JCS_CMYK;
      break;
    default:
      d.jpeg.out_color_space = JCS_RGB;
  }
  return true;
}

bool read_rows(Decoder& d) {
  if (setjmp(d.leave) != 0) return false;
  jpeg_start_decompress(&d.jpeg);
  const std::size_t row = static_cast<std::size_t>(d.jpeg.output_width) *
                          static_cast<std::size_t>(d.jpeg.output_components);
  while (d.jpeg.output_scanline < d.jpeg.output_height) {
    JSAMPROW to = d.pixels.data() + row * d.jpeg.output_scanline;
    jpeg_read_scanlines(&d.jpeg, &to, 1);
  }
  jpeg_finish_decompress(&d.jpeg);
  return true;
}

void check(const Decoder& d, bool ok) {
  if (!ok) throw Defect{fmt::format("the JPEG is damaged: {}", d.reason)};
}

// A block of 8 x 8 pixels takes a bit or more for each component, which may have a sixteenth of the
// pixels; arithmetic coding does better on flat pictures, of which there are few.
void check_plausible(std::string_view bytes, std::int64_t height, std::int64_t width) {
  constexpr std::int64_t most_for_a_byte = 8 * 64 * 16;
  if (height * width > most_for_a_byte * (std::ssize(bytes) + 1)) {
    throw Defect{
        fmt::format("the JPEG is damaged: the file ends early, {} bytes are too few for "
                    "its {} x {} pixels",
                    bytes.size(), width, height)};
  }
}

// Programs of Adobe write inks the other way round, 255 for none, and say who they are.
Image from_cmyk(const std::vector<std::uint8_t>& inks, std::int64_t height, std::int64_t width,
                bool adobe) {
  Image image = blank(height, width, 3);
  const std::uint8_t* from = inks.data();
  std::uint8_t* to = image.pixels.data();
  const int flip = adobe ? 0 : 255;
  for (std::int64_t i = 0; i < height * width; ++i, from += 4) {
    for (int c = 0; c < 3; ++c) {
      *to++ = static_cast<std::uint8_t>(((from[c] ^ flip) * (from[3] ^ flip) + 127) / 255);
    }
  }
  return image;
}

}  // namespace

Image decode_jpeg(std::string_view bytes) {
  Decoder d;
  prepare(d);
  check(d, read_header(d, bytes));
  const std::int64_t height = d.jpeg.image_height, width = d.jpeg.image_width;
  check_size(height, width);
  check_plausible(bytes, height, width);
  const bool cmyk = d.jpeg.out_color_space == JCS_CMYK;
  const std::int64_t channels = cmyk ? 4 : d.jpeg.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  d.pixels.resize(static_cast<std::size_t>(height * width * channels));
  check(d, read_rows(d));
  if (cmyk) return from_cmyk(d.pixels, height, width, d.jpeg.saw_Adobe_marker != 0);
  return {height, width, channels, std::move(d.pixels)};
}

}  // namespace dlt::vision
