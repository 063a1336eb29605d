#pragma once

#include "tensor/tensor.h"

// Relatives of attention whose keys and values add up in a state of fixed size. Starts that are
// undefined are those of nothing read.
namespace dlt::ops {

struct Retention {
  Tensor y;           // [batch, time, heads * value width]
  Tensor last_state;  // [batch, heads, width, value width]
};
// S_t = gamma S_t-1 + k_t^T v_t, y_t = q_t S_t / sqrt(width), head by head (Sun et al. 2023).
// q and k [batch, time, heads * width], v [batch, time, heads * value width], gamma [heads], which
// has no gradient; start is a state.
Retention retention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& gamma,
                    const Tensor& start = {});

struct Wkv {
  Tensor y;           // [batch, time, channels]
  Tensor last_state;  // [batch, 3, channels]; see below
};
// RWKV-4's weighted average of the values up to now (Peng et al. 2023, equation 14): those of
// earlier steps i by e^(k_i + (t - 1 - i) w), the present one by e^(k_t + u). k and v [batch, time,
// channels], w, which should be negative, and u [channels]. A state is a numerator and a
// denominator divided by e^m, and m, the largest exponent; neither start nor last state has a
// gradient.
Wkv wkv(const Tensor& k, const Tensor& v, const Tensor& w, const Tensor& u,
        const Tensor& start = {});

}  // namespace dlt::ops
