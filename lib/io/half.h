#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace dlt::io {

inline float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of mantissa.
inline float from_float16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u,
                      mantissa = bits & 0x3FFu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  const float tiny = std::ldexp(static_cast<float>(mantissa), -24);  // subnormal
  return sign != 0 ? -tiny : tiny;
}

}  // namespace dlt::io
