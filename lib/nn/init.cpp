#include "nn/init.h"

#include <algorithm>
#include <cmath>

namespace dlt::nn {
namespace {

double triangle(std::int64_t i, std::int64_t kernel) {
  const std::int64_t stride = (kernel + 1) / 2;
  const auto reach = static_cast<double>(stride);
  const double center = (static_cast<double>(kernel) - 1) / 2;
  return 1 - std::abs(static_cast<double>(i) - center) / reach;
}

}  // namespace

Init fan_in_uniform(std::int64_t fan_in) {
  return uniform(1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(fan_in, 1))));
}

Init xavier_uniform(std::int64_t fan_in, std::int64_t fan_out) {
  return uniform(std::sqrt(6 / static_cast<double>(fan_in + fan_out)));
}

Init bilinear() {
  return [](Tensor& w, Rng&) {
    const std::int64_t in = w.dim(0), out = w.dim(1), height = w.dim(2), width = w.dim(3);
    std::fill_n(w.mutable_data(), w.size(), real{0});
    for (std::int64_t c = 0; c < in; ++c) {
      real* kernel = w.mutable_data() + (c * out + c % out) * height * width;
      for (std::int64_t i = 0; i < height * width; ++i) {
        kernel[i] = static_cast<real>(triangle(i / width, height) * triangle(i % width, width));
      }
    }
  };
}

}  // namespace dlt::nn
