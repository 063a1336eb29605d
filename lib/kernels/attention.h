#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Packed qkv [batch, time, (query + 2 key_value) * width].
struct AttentionSize {
  Size batch, time;
  Size query, key_value, width;  // heads of queries; heads of keys; elements of one head

  Size packed() const { return (query + 2 * key_value) * width; }
  real scale() const;  // 1 / sqrt(width)
};

// One new position: query heads in `q` against `used` cached keys and values, each
// [used, key_value * width]. y [query * width].
void attention_step(real* y, const real* q, const real* keys, const real* values, Size used,
                    const AttentionSize& n) noexcept;

// Rotates the query and key heads of qkv rows by position (rotate-half form): pairs (x_j,
// x_{j + width/2}) turn by angle position * theta^(-2 j / width), backwards if inverse.
void rope(real* y, const real* qkv, const real* cos_sin, bool inverse, bool accumulate,
          const AttentionSize& n) noexcept;
// cos_sin [time, width]: cosines, then sines, of the angles of positions start, start + 1, ...
void rope_table(real* cos_sin, Size start, Size time, Size width, double theta) noexcept;

}  // namespace dlt::kernels
