#pragma once

#include <cstdint>

#include "ops/pair.h"
#include "tensor/tensor.h"

// Convolutions, as PyTorch defines them (that is, cross-correlations). A bias may be undefined.
namespace dlt::ops {

struct Conv {
  Pair stride{1, 1}, padding{0, 0}, dilation{1, 1};
  std::int64_t groups = 1;
};
// x [batch, in, height, width], weight [out, in / groups, kernel height, kernel width], bias [out];
// the result is [batch, out, .., ..], each side floor((size + 2 padding - dilation (kernel - 1) -
// 1) / stride) + 1.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv& conv = {});

struct Conv1d {
  std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
};
// x [batch, in, time], weight [out, in / groups, kernel], bias [out].
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv1d& conv = {});

struct ConvTranspose {
  Pair stride{1, 1}, padding{0, 0}, output_padding{0, 0}, dilation{1, 1};
  std::int64_t groups = 1;
};
// What conv2d with the same weight does to gradients: x [batch, in, height, width], weight
// [in, out / groups, kernel height, kernel width], bias [out]; each side of the result is
// (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose& conv = {});

}  // namespace dlt::ops
