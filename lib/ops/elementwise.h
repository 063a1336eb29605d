#pragma once

#include <cstdint>

#include "kernels/activation.h"
#include "tensor/tensor.h"

// Element by element. Two shapes broadcast as in NumPy: axes are matched from the last one, and an
// axis of size 1, or one that is missing, is repeated.
namespace dlt::ops {

using kernels::Activation;

Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor abs(const Tensor& x);  // slope 0 at 0
Tensor neg(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor relu6(const Tensor& x);
Tensor silu(const Tensor& x);
Tensor softplus(const Tensor& x);  // log(1 + exp(x))
Tensor softsign(const Tensor& x);
Tensor elu(const Tensor& x, double alpha = 1);
Tensor selu(const Tensor& x);  // Klambauer et al. 2017
Tensor mish(const Tensor& x);  // x tanh(softplus(x))
Tensor hardswish(const Tensor& x);
Tensor hardsigmoid(const Tensor& x);
enum class Gelu : std::uint8_t { erf, tanh };
Tensor gelu(const Tensor& x, Gelu form = Gelu::erf);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
Tensor clamp(const Tensor& x, double min, double max);  // slope 1 on the bounds, 0 outside
Tensor pow(const Tensor& x, double exponent);
Tensor scale(const Tensor& x, real factor);
Tensor activate(const Tensor& x, Activation kind);

Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Tensor& b);  // where equal, each gets half the gradient
Tensor minimum(const Tensor& a, const Tensor& b);
// a where `condition` is not 0, else b. All three broadcast.
Tensor where(const Indices& condition, const Tensor& a, const Tensor& b);
Tensor masked_fill(const Tensor& x, const Indices& mask, double value);  // mask broadcasts to x

// x [..., 2 * width], gate first: silu(gate) * up (Shazeer 2020, "GLU Variants").
Tensor swiglu(const Tensor& x);
// Keeps each element with probability 1 - rate, scaled by 1 / (1 - rate). Which ones is a pure
// function of (key, position), so backward draws them again instead of storing them.
Tensor dropout(const Tensor& x, double rate, std::uint64_t key);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }

}  // namespace dlt::ops
