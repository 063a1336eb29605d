#include "vision/image.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/rng.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/paths.h"
#include "support/pictures.h"

using namespace dlt;
using namespace std::string_literals;
using test::JpegColours, test::jpeg_file, test::png_file;
using Bytes = std::vector<std::uint8_t>;

namespace {

std::string refusal(const std::string& bytes) {
  return test::failure([&] { vision::decode(bytes, "p"); }, Exit::data);
}

std::string mask_refusal(const std::string& bytes) {
  return test::failure([&] { vision::decode_mask(bytes, "p"); }, Exit::data);
}

void is_near(const vision::Image& image, const Bytes& colour, int most = 2) {
  REQUIRE(image.channels == std::ssize(colour));
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const int apart = std::abs(image.pixels[i] - colour[i % colour.size()]);
    if (apart > most) CHECK(apart <= most);
  }
}

}  // namespace

TEST_CASE("pictures written as PNG come back", "[vision]") {
  const vision::Image image = test::gradient(7, 5);
  CHECK(vision::decode(vision::encode_png(image), "p") == image);
  const vision::Image one = vision::grey(image);
  CHECK(vision::decode(vision::encode_png(one), "p") == one);
  CHECK(one.pixels[0] == (7471 * 100 + 32768) / 65536);
  CHECK(vision::colour(one).pixels[2] == one.pixels[0]);
}

TEST_CASE("every kind of PNG is read", "[vision]") {
  const auto pixels = [](std::int64_t h, std::int64_t w, test::PngKind kind,
                         const std::string& samples, const vision::Palette& palette = {}) {
    const vision::Image image = vision::decode(png_file(h, w, kind, samples, palette), "p");
    CHECK(image.height == h);
    CHECK(image.width == w);
    return image.pixels;
  };
  CHECK(pixels(1, 2, {0, 16}, "\x12\x34\xFF\x01"s) == Bytes{0x12, 0xFF});
  CHECK(pixels(1, 1, {2, 16}, "\x01\x00\x80\x7F\xFF\xFF"s) == Bytes{1, 128, 255});
  CHECK(pixels(1, 8, {0, 1}, "\xA5"s) == Bytes{255, 0, 255, 0, 0, 255, 0, 255});
  CHECK(pixels(1, 2, {0, 4}, "\x1F"s) == Bytes{17, 255});
  const vision::Palette palette = {{1, 2, 3}, {40, 50, 60}, {7, 8, 9}};
  CHECK(pixels(1, 3, {3, 8}, "\1\0\2"s, palette) == Bytes{40, 50, 60, 1, 2, 3, 7, 8, 9});
  CHECK(pixels(1, 3, {3, 2}, "\x48"s, palette) == Bytes{40, 50, 60, 1, 2, 3, 7, 8, 9});
  // What is transparent lies over white.
  CHECK(pixels(1, 3, {4, 8}, "\x64\xFF\x64\x00\x64\x80"s) == Bytes{100, 255, 177});
  CHECK(pixels(1, 2, {6, 8}, "\x0A\x14\x1E\xFF\x0A\x14\x1E\x00"s) ==
        Bytes{10, 20, 30, 255, 255, 255});
  const vision::Image image = test::gradient(9, 10);
  const std::string samples(image.pixels.begin(), image.pixels.end());
  CHECK(pixels(9, 10, {2, 8, true}, samples) == image.pixels);
}

TEST_CASE("every kind of JPEG is read", "[vision]") {
  is_near(vision::decode(jpeg_file(9, 17, {JpegColours::grey}, {70}), "p"), {70});
  is_near(vision::decode(jpeg_file(9, 17, {}, {200, 30, 60}), "p"), {200, 30, 60}, 3);
  is_near(vision::decode(jpeg_file(40, 17, {JpegColours::rgb, true, true}, {20, 230, 60}), "p"),
          {20, 230, 60}, 3);
  // Adobe's inks are 255 where there is none.
  is_near(vision::decode(jpeg_file(8, 8, {JpegColours::cmyk, true}, {255, 100, 0, 128}), "p"),
          {128, 50, 0});
  is_near(vision::decode(jpeg_file(8, 8, {JpegColours::cmyk, false}, {0, 155, 255, 127}), "p"),
          {128, 50, 0});
}

TEST_CASE("a file's name says nothing", "[vision]") {
  const test::Folder folder;
  write_file(folder / "p.jpg", vision::encode_png(test::gradient(3, 3)));
  CHECK(vision::read_image(folder / "p.jpg") == test::gradient(3, 3));
  write_file(folder / "p.png", jpeg_file(8, 8, {}, {9, 9, 9}));
  is_near(vision::read_image(folder / "p.png"), {9, 9, 9});
}

TEST_CASE("pictures that cannot be read say why", "[vision][errors]") {
  const std::string head = "'p' cannot be read as a picture: ";
  CHECK(refusal("") == head + "the file is empty");
  CHECK(refusal("hello") == head + "it is neither a PNG nor a JPEG");
  CHECK(refusal("GIF89a") == head + "it is a GIF file, not a PNG nor a JPEG");
  const std::string png = vision::encode_png(test::gradient(20, 20));
  CHECK(refusal(png.substr(0, 60)) == head + "the PNG is damaged: the file ends early");
  std::string wrong = png;
  wrong[30] = static_cast<char>(wrong[30] ^ 1);
  CHECK(refusal(wrong) == head + "the PNG is damaged: IHDR: CRC error");
  const std::string jpeg = jpeg_file(64, 64, {}, {200, 30, 60});
  CHECK(refusal(jpeg.substr(0, jpeg.size() - 40)) ==
        head + "the JPEG is damaged: Premature end of JPEG file");
  CHECK(refusal(jpeg.substr(0, 20)) == head + "the JPEG is damaged: Premature end of JPEG file");
  CHECK(test::failure([] { vision::read_image("nowhere.png"); }, Exit::data) ==
        "cannot open 'nowhere.png': No such file or directory");
}

TEST_CASE("sizes are refused before memory is taken", "[vision][errors]") {
  const std::string head = "'p' cannot be read as a picture: ";
  std::string png = vision::encode_png(test::gradient(20, 20));
  png.replace(16, 8, "\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF"s);
  CHECK(refusal(test::with_checksums(png)) ==
        head + "it says it has 2147483647 x 2147483647 pixels; at most 100 million are decoded");
  png.replace(16, 8, "\0\0\x27\x10\0\0\x27\x10"s);
  CHECK(refusal(test::with_checksums(png)) ==
        head + "the PNG is damaged: the file ends early, " + std::to_string(png.size()) +
            " bytes are too few for its 10000 x 10000 pixels");
  std::string jpeg = jpeg_file(8, 8, {}, {1, 2, 3});
  const std::size_t size = jpeg.find("\xFF\xC0") + 5;
  jpeg.replace(size, 4, "\xFF\xDC\xFF\xDC"s);
  CHECK(refusal(jpeg) ==
        head + "it says it has 65500 x 65500 pixels; at most 100 million are decoded");
  jpeg.replace(size, 4, "\x27\x10\x27\x10"s);
  CHECK(refusal(jpeg) == head + "the JPEG is damaged: the file ends early, " +
                             std::to_string(jpeg.size()) +
                             " bytes are too few for its 10000 x 10000 pixels");
}

TEST_CASE("masks are numbers, not colours", "[vision]") {
  const vision::Palette palette = {{9, 9, 9}, {200, 0, 0}, {0, 200, 0}};
  const vision::Image mask{1, 3, 1, {2, 0, 1}};
  CHECK(vision::decode_mask(vision::encode_png(mask, palette), "p") == mask);
  CHECK(vision::decode_mask(vision::encode_png(mask), "p") == mask);
  CHECK(vision::decode_mask(png_file(1, 3, {3, 2}, "\x84"s, palette), "p") == mask);
  const std::string head = "'p' cannot be read as a picture: ";
  CHECK(mask_refusal(jpeg_file(8, 8, {JpegColours::grey}, {1})) ==
        head + "a mask must be a PNG, and it is a JPEG");
  CHECK(mask_refusal(vision::encode_png(test::gradient(2, 2))) ==
        head +
            "a mask has a number of up to 8 bits for each pixel, as palette or grey, and this PNG "
            "has colours, alpha or 16 bits");
}

// Pictures that Pillow wrote (scripts/make_picture_golden.py), and what it reads in them.
TEST_CASE("pictures of another program are read as it reads them", "[vision]") {
  const std::string folder = test::in_source("tests/golden/pictures/");
  for (const char* name : {"rgb.jpg", "cmyk.jpg", "grey16.png", "palette.png", "progressive.jpg"}) {
    CAPTURE(name);
    const vision::Image image = vision::read_image(folder + name);
    const vision::Image expected = vision::read_image(folder + name + ".png");
    REQUIRE(image.pixels.size() == expected.pixels.size());
    int most = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      most = std::max(most, std::abs(image.pixels[i] - expected.pixels[i]));
    }
    CHECK(most <= 1);
  }
}

TEST_CASE("whatever bytes there are, a picture or a sentence comes out", "[vision]") {
  const vision::Image image = test::gradient(13, 11);
  const std::string samples(image.pixels.begin(), image.pixels.end());
  const std::vector<std::string> files = {
      vision::encode_png(image),
      png_file(13, 11, {2, 8, true}, samples),
      png_file(1, 3, {3, 8}, "\1\0\2"s, {{1, 2, 3}, {40, 50, 60}, {7, 8, 9}}),
      png_file(1, 2, {6, 8}, "\x0A\x14\x1E\xFF\x0A\x14\x1E\x00"s),
      jpeg_file(17, 19, {}, {200, 30, 60}),
      jpeg_file(17, 19, {JpegColours::rgb, true, true}, {200, 30, 60}),
      jpeg_file(9, 9, {JpegColours::cmyk, true}, {255, 100, 0, 128}),
  };
  Rng rng(1);
  int pictures = 0, sentences = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string bytes = files[rng.below(files.size())];
    for (auto n = rng.below(4) + 1; n > 0; --n) {
      bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
    }
    if (rng.below(4) == 0) bytes.resize(rng.below(bytes.size()));
    if (rng.below(4) != 0) bytes = test::with_checksums(bytes);
    try {
      const vision::Image y =
          i % 5 == 0 ? vision::decode_mask(bytes, "p") : vision::decode(bytes, "p");
      REQUIRE(std::ssize(y.pixels) == y.height * y.width * y.channels);
      ++pictures;
    } catch (const Error& e) {
      REQUIRE(e.exit() == Exit::data);
      ++sentences;
    }
  }
  CHECK(pictures > 200);
  CHECK(sentences > 1000);
}
