#include "vision/transform.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace dlt::vision {
namespace {

// Element j of a resized axis is the sum of count[j] elements from first[j] on, each weighted.
struct Taps {
  std::vector<std::int64_t> first, count;
  std::vector<float> weight;  // [size, most]
  std::int64_t most = 0;
};

Taps taps_of(std::int64_t in, double start, double length, std::int64_t out) {
  const double scale = length / static_cast<double>(out), reach = std::max(scale, 1.0);
  Taps t;
  t.most = 2 * static_cast<std::int64_t>(std::ceil(reach)) + 1;
  t.weight.resize(static_cast<std::size_t>(out * t.most));
  for (std::int64_t j = 0; j < out; ++j) {
    const double centre = start + (static_cast<double>(j) + 0.5) * scale;
    const auto from = std::clamp<std::int64_t>(
        static_cast<std::int64_t>(std::floor(centre - reach + 0.5)), 0, in - 1);
    const auto to = std::clamp<std::int64_t>(
        static_cast<std::int64_t>(std::floor(centre + reach + 0.5)), from + 1, in);
    std::vector<double> w(static_cast<std::size_t>(to - from));
    double sum = 0;
    for (std::int64_t i = from; i < to; ++i) {
      const double apart = std::abs(static_cast<double>(i) + 0.5 - centre) / reach;
      sum += w[static_cast<std::size_t>(i - from)] = std::max(0.0, 1 - apart);
    }
    if (sum == 0) sum = w[0] = 1;
    for (std::size_t i = 0; i < w.size(); ++i) {
      t.weight[static_cast<std::size_t>(j * t.most) + i] = static_cast<float>(w[i] / sum);
    }
    t.first.push_back(from);
    t.count.push_back(to - from);
  }
  return t;
}

Plane plane(const Image& image, std::int64_t channel) {
  return {image.pixels.data() + channel, image.height, image.width, image.width * image.channels,
          image.channels};
}

void shrink_row(const std::uint8_t* from, std::int64_t step, const Taps& columns, float* to) {
  for (std::size_t j = 0; j < columns.first.size(); ++j) {
    const float* w = columns.weight.data() + static_cast<std::int64_t>(j) * columns.most;
    const std::uint8_t* p = from + columns.first[j] * step;
    float sum = 0;
    for (std::int64_t i = 0; i < columns.count[j]; ++i) sum += w[i] * p[i * step];
    to[j] = sum;
  }
}

Region whole(const Image& image) {
  return {0, 0, static_cast<double>(image.height), static_cast<double>(image.width)};
}

std::int64_t nearest_in(double at, std::int64_t size) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(at)), 0, size - 1);
}

}  // namespace

Region centred(std::int64_t of_height, std::int64_t of_width, std::int64_t height,
               std::int64_t width) {
  const auto h = static_cast<double>(of_height), w = static_cast<double>(of_width);
  const double shape = static_cast<double>(height) / static_cast<double>(width);
  Region part{0, 0, std::min(h, w * shape), std::min(w, h / shape)};
  part.top = (h - part.height) / 2;
  part.left = (w - part.width) / 2;
  return part;
}

void resize(const Plane& from, const Region& part, real* to, std::int64_t height,
            std::int64_t width) {
  const Taps rows = taps_of(from.height, part.top, part.height, height);
  const Taps columns = taps_of(from.width, part.left, part.width, width);
  const std::int64_t first = rows.first.front(), last = rows.first.back() + rows.count.back();
  std::vector<float> narrow(static_cast<std::size_t>((last - first) * width));
  for (std::int64_t y = first; y < last; ++y) {
    shrink_row(from.first + y * from.row, from.step, columns, narrow.data() + (y - first) * width);
  }
  for (std::int64_t y = 0; y < height; ++y) {
    const auto j = static_cast<std::size_t>(y);
    std::fill_n(to + y * width, width, real{0});
    for (std::int64_t i = 0; i < rows.count[j]; ++i) {
      const real w = rows.weight[j * static_cast<std::size_t>(rows.most) + i];
      const float* line = narrow.data() + (rows.first[j] + i - first) * width;
      for (std::int64_t x = 0; x < width; ++x) to[y * width + x] += w * line[x];
    }
  }
}

void resize_nearest(const Plane& from, const Region& part, std::uint8_t* to, std::int64_t height,
                    std::int64_t width) {
  const double down = part.height / static_cast<double>(height);
  const double right = part.width / static_cast<double>(width);
  for (std::int64_t y = 0; y < height; ++y) {
    const std::int64_t row =
        nearest_in(part.top + (static_cast<double>(y) + 0.5) * down, from.height);
    for (std::int64_t x = 0; x < width; ++x) {
      const std::int64_t column =
          nearest_in(part.left + (static_cast<double>(x) + 0.5) * right, from.width);
      *to++ = from.first[row * from.row + column * from.step];
    }
  }
}

Image resize(const Image& image, const Region& part, std::int64_t height, std::int64_t width) {
  Image y = blank(height, width, image.channels);
  std::vector<real> values(static_cast<std::size_t>(height * width));
  for (std::int64_t c = 0; c < image.channels; ++c) {
    resize(plane(image, c), part, values.data(), height, width);
    std::uint8_t* to = y.pixels.data() + c;
    for (real v : values) {
      *to = static_cast<std::uint8_t>(std::clamp(v + real(0.5), real(0), real(255)));
      to += image.channels;
    }
  }
  return y;
}

Image resize(const Image& image, std::int64_t height, std::int64_t width) {
  return resize(image, whole(image), height, width);
}

Image resize_nearest(const Image& image, const Region& part, std::int64_t height,
                     std::int64_t width) {
  require(image.channels == 1, "resize_nearest: a mask has one channel, not {}", image.channels);
  Image y = blank(height, width, 1);
  resize_nearest(plane(image, 0), part, y.pixels.data(), height, width);
  return y;
}

Image crop(const Image& image, const Box& box) {
  require(box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0 &&
              box.top + box.height <= image.height && box.left + box.width <= image.width,
          "crop: {} x {} at ({}, {}) is not inside of {} x {}", box.height, box.width, box.top,
          box.left, image.height, image.width);
  Image y = blank(box.height, box.width, image.channels);
  const std::int64_t row = box.width * image.channels;
  for (std::int64_t i = 0; i < box.height; ++i) {
    const std::int64_t from = (box.top + i) * image.width + box.left;
    std::copy_n(image.pixels.data() + from * image.channels, row, y.pixels.data() + i * row);
  }
  return y;
}

Image centre_crop(const Image& image, std::int64_t height, std::int64_t width) {
  return crop(image, {(image.height - height) / 2, (image.width - width) / 2, height, width});
}

Image flip(const Image& image) {
  Image y = image;
  for (std::int64_t i = 0; i < image.height * image.width; ++i) {
    const std::int64_t row = i / image.width, x = i % image.width;
    const std::int64_t from = row * image.width + image.width - 1 - x;
    std::copy_n(image.pixels.data() + from * image.channels, image.channels,
                y.pixels.data() + i * image.channels);
  }
  return y;
}

std::int64_t inside(std::int64_t i, std::int64_t size, Border border) {
  if (i >= 0 && i < size) return i;
  if (border == Border::black) return -1;
  if (border == Border::edge || size == 1) return i < 0 ? 0 : size - 1;
  const std::int64_t period = 2 * size - 2, at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

Image pad(const Image& image, std::int64_t margin, Border border) {
  Image y = blank(image.height + 2 * margin, image.width + 2 * margin, image.channels);
  for (std::int64_t i = 0; i < y.height * y.width; ++i) {
    const std::int64_t row = inside(i / y.width - margin, image.height, border);
    const std::int64_t column = inside(i % y.width - margin, image.width, border);
    if (row < 0 || column < 0) continue;
    std::copy_n(image.pixels.data() + (row * image.width + column) * image.channels, image.channels,
                y.pixels.data() + i * image.channels);
  }
  return y;
}

}  // namespace dlt::vision
