#pragma once

#include <cstdint>

namespace dlt::kernels {

// gelu is the tanh form, 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel
// 2016), the one GPT-2 was trained with.
enum class Activation : std::uint8_t { none, gelu, relu, silu, relu6 };

}  // namespace dlt::kernels
