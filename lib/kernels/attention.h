#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Causal attention over packed qkv [batch, time, (query + 2 key_value) * width].
struct AttentionSize {
  Size batch, time;
  Size query, key_value, width;  // heads of queries; heads of keys; elements of one head
  double dropout_rate = 0;
  std::uint64_t dropout_key = 0;

  Size packed() const { return (query + 2 * key_value) * width; }
  real scale() const;  // 1 / sqrt(width)
};

// y [batch, time, query * width]; lse [batch, query, time] receives log sum exp of each row of
// scores, all that backward needs to find the weights again. Works on panels of 64 queries times
// the keys before them (Dao et al. 2022 keep no more either).
void attention_forward(real* y, real* lse, const real* qkv, const AttentionSize& n) noexcept;

// With P the weights, D_i = dy_i . y_i:  dV = P^T dy, dS = P (dy V^T - D),
// dQ = scale dS K, dK = scale dS^T Q. Adds to dqkv if accumulate.
void attention_backward(real* dqkv, const real* dy, const real* y, const real* lse, const real* qkv,
                        bool accumulate, const AttentionSize& n) noexcept;

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
