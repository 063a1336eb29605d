#pragma once

#include <array>
#include <cstdint>

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Attention of queries [batch, heads, time, width] to keys [batch, key_heads, keys, width] and
// values [batch, key_heads, keys, value_width].
struct AttendSize {
  Size batch, heads, key_heads, time, keys, width, value_width;
  real scale;
  bool causal;                                 // query t sees keys 0 to t
  const std::int32_t* mask = nullptr;          // 0 hides a key
  std::array<Size, 4> mask_steps{0, 0, 0, 0};  // of batch, head, query and key

  Size seen(Size query) const { return causal && query < keys ? query + 1 : keys; }
};

// y [batch, heads, time, value_width]; lse [batch, heads, time] receives log sum exp of each row of
// scores, infinity where no key is seen. Works on panels of 64 queries, as ragged.h does.
void attend_forward(real* y, real* lse, const real* q, const real* k, const real* v,
                    const AttendSize& n) noexcept;

struct AttendGradients {  // null: not wanted
  real *q, *k, *v;
};
// Adds to the gradients; see ragged_backward.
void attend_backward(const AttendGradients& d, const real* dy, const real* y, const real* lse,
                     const real* q, const real* k, const real* v, const AttendSize& n) noexcept;

// Pairs of elements of x [rows, time, width] turn by the angles of rope_table, which gives half of
// `width` cosines, then sines, a position; backwards if inverse. A pair is (x_j, x_{j + width/2}),
// or (x_{2j}, x_{2j+1}) if interleaved. y += the result if accumulate.
struct RotarySize {
  Size rows, time, width;
  bool interleaved, inverse, accumulate;
};
void rotary(real* y, const real* x, const real* cos_sin, const RotarySize& n) noexcept;

}  // namespace dlt::kernels
