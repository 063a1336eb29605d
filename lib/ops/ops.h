#pragma once

#include <cstdint>
#include <vector>

#include "kernels/activation.h"
#include "tensor/tensor.h"

// Differentiable functions. Each one checks shapes, calls a kernel, and records how to go back.
namespace dlt::ops {

using kernels::Activation;

// ---- elementwise.cpp: same shapes in and out ----
Tensor add(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor scale(const Tensor& x, real factor);
Tensor activate(const Tensor& x, Activation kind);
// x [..., 2 * width], gate first: silu(gate) * up (Shazeer 2020, "GLU Variants").
Tensor swiglu(const Tensor& x);
// Keeps each element with probability 1 - rate, scaled by 1 / (1 - rate). Which ones is a pure
// function of (key, position), so backward draws them again instead of storing them.
Tensor dropout(const Tensor& x, double rate, std::uint64_t key);
Tensor reshape(const Tensor& x, Shape shape);

// ---- reduce.cpp ----
Tensor sum(const Tensor& x);
Tensor mean(const Tensor& x);

// ---- norm.cpp: over the last axis ----
// (x - mean) / sqrt(variance + epsilon) * weight + bias, biased variance; no bias if undefined.
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon);
// x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich 2019).
Tensor rms_norm(const Tensor& x, const Tensor& weight, double epsilon);

// ---- linear.cpp ----
// activation(x [..., in] times weight [out, in] transposed, plus bias [out] if it is defined).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              Activation activation = Activation::none);

// ---- embedding.cpp ----
// table [rows, width] looked up by ids, any shape: the result is [ids..., width].
Tensor embedding(const Tensor& table, const Indices& ids);
// x [batch, time, width] plus row `start + t` of table [positions, width] at time t.
Tensor add_positions(const Tensor& x, const Tensor& table, std::int64_t start = 0);

// ---- attention.cpp ----
struct Heads {
  std::int64_t query = 1;      // heads of queries
  std::int64_t key_value = 1;  // heads of keys and values, a divisor of `query` (grouped queries)
  std::int64_t width = 1;      // of one head
  std::int64_t packed() const { return (query + 2 * key_value) * width; }
};
// Causal softmax(Q K^T / sqrt(width)) V (Vaswani et al. 2017). qkv [batch, time, packed]: queries,
// then keys, then values, head by head. Result [batch, time, query * width]. The time x time
// matrix is never stored. Dropout acts on the attention weights.
Tensor attention(const Tensor& qkv, const Heads& heads, double dropout_rate = 0,
                 std::uint64_t dropout_key = 0);
// Rotates queries and keys of qkv by their positions start, start + 1, ... in the rotate-half form
// (Su et al. 2021); values pass through.
Tensor rope(const Tensor& qkv, const Heads& heads, double theta, std::int64_t start = 0);

// ---- cross_entropy.cpp ----
// Mean over rows of -log softmax(logits)[target]. logits [..., classes], target [...]. Rows whose
// target is `ignored` (-1) do not count.
constexpr std::int32_t ignored = -1;
Tensor cross_entropy(const Tensor& logits, const Indices& target);
// cross_entropy(linear(x, weight), target) block by block: the logits are never stored as a whole.
Tensor linear_cross_entropy(const Tensor& x, const Tensor& weight, const Indices& target);

// ---- softmax.cpp ----
Tensor softmax(const Tensor& x);  // over the last axis

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }

}  // namespace dlt::ops
