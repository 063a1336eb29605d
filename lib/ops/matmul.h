#pragma once

#include "kernels/activation.h"
#include "tensor/tensor.h"

namespace dlt::ops {

// NumPy's rules: the last two axes are matrices, the axes before them broadcast, and a vector is a
// row on the left and a column on the right.
Tensor matmul(const Tensor& a, const Tensor& b);

// activation(x [..., in] times weight [out, in] transposed, plus bias [out] if it is defined).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              kernels::Activation activation = kernels::Activation::none);

}  // namespace dlt::ops
