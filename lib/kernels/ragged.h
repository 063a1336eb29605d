#pragma once

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// Attention within sequences that lie one behind the other, none of them padded: sequence i asks
// with the rows queries[i] to queries[i + 1] of q about the rows keys[i] to keys[i + 1] of k and v.
struct RaggedSize {
  Size sequences;
  const std::int32_t *queries, *keys;  // [sequences + 1]
  Size heads, key_heads, width;        // key_heads divides heads (grouped queries)
  Size q_step, k_step;                 // from row to row of q; of k and v
  bool causal;                         // query t sees keys 0 to t
  double dropout_rate = 0;             // of the weights
  std::uint64_t dropout_key = 0;

  Size wide() const { return heads * width; }
  real scale() const;  // 1 / sqrt(width)
};

// y [queries, heads * width]; lse [queries, heads] receives log sum exp of each row of scores, all
// that backward needs to find the weights again. Works on panels of 64 queries times the keys that
// they see (Dao et al. 2022 keep no more either).
void ragged_forward(real* y, real* lse, const real* q, const real* k, const real* v,
                    const RaggedSize& n) noexcept;

// With P the weights, D_i = dy_i . y_i:  dV = P^T dy, dS = P (dy V^T - D),
// dQ = scale dS K, dK = scale dS^T Q. The gradients lie as q, k and v do.
struct RaggedGradients {
  real *q, *k, *v;
  bool add_to_q, add_to_keys;  // whether to add to what is there
};
void ragged_backward(const RaggedGradients& d, const real* dy, const real* y, const real* lse,
                     const real* q, const real* k, const real* v, const RaggedSize& n) noexcept;

// One query q [heads * width] about `used` rows, each of them keys, then values, of heads * width.
// y [heads * width]. On the calling thread.
void attend_rows(real* y, const real* q, const real* const* rows, Size used, Size heads,
                 Size width) noexcept;

}  // namespace dlt::kernels
