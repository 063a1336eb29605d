#pragma once

#include <cstdint>

#include "ops/pair.h"
#include "tensor/tensor.h"

// Convolutions as torch.nn.functional has them (cross-correlations). bias may be undefined.
namespace dlt::ops {

struct Conv {
  Pair stride{1, 1}, padding{0, 0}, dilation{1, 1};
  std::int64_t groups = 1;
};
// x [n, in, height, width], weight [out, in / groups, kernel height, kernel width], bias [out].
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv& c = {});

struct Conv1d {
  std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
};
// x [n, in, time], weight [out, in / groups, kernel], bias [out].
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv1d& c = {});

struct ConvTranspose {
  Pair stride{1, 1}, padding{0, 0}, output_padding{0, 0}, dilation{1, 1};
  std::int64_t groups = 1;
};
// The transpose of conv2d: x [n, in, height, width], weight [in, out / groups, kernel height,
// kernel width]; the result is (size - 1) stride - 2 padding + dilation (kernel - 1)
// + output_padding + 1 high and wide.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose& c = {});

}  // namespace dlt::ops
