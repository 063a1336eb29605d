#pragma once

#include <cstdint>

#include "nn/params.h"

// PyTorch's starting values.
namespace dlt::nn {

// Uniform in +-1 / sqrt(fan_in): what He et al.'s (2015) rule with a slope of sqrt(5) comes to.
Init fan_in_uniform(std::int64_t fan_in);
// Uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).
Init xavier_uniform(std::int64_t fan_in, std::int64_t fan_out);
// For a transposed convolution [channels, channels / groups, height, width] that upsamples each
// channel on its own: triangles that reach a stride of ceil(kernel / 2) (Long et al. 2015, "FCN").
Init bilinear();

}  // namespace dlt::nn
