#pragma once

#include <cstdint>
#include <optional>

#include "tensor/tensor.h"

namespace dlt::ops {

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

struct RaggedAttend {
  bool causal = false;      // query t sees keys 0 to t
  double dropout_rate = 0;  // of the attention weights
  std::uint64_t dropout_key = 0;
};
// The same within sequences that lie one behind the other, none of them padded: sequence i has the
// rows first[i] to first[i + 1]; first [sequences + 1] begins with 0, does not fall and ends with
// all rows. qkv [rows, packed]; the result is [rows, query * width].
Tensor ragged_attention(const Tensor& qkv, const Indices& first, const Heads& heads,
                        const RaggedAttend& options);
// Sequence i of q [rows, query * width], which begins at row first[i], sees sequence i of keys,
// then values: kv [others, 2 * key_value * width], beginning at row kv_first[i].
Tensor ragged_attention(const Tensor& q, const Indices& first, const Tensor& kv,
                        const Indices& kv_first, const Heads& heads, const RaggedAttend& options);

// Rotates queries and keys of qkv by their positions start, start + 1, ... in the rotate-half form
// (Su et al. 2021); values pass through. Queries may come alone, with no heads of keys.
Tensor rope(const Tensor& qkv, const Heads& heads, double theta, std::int64_t start = 0);

struct Attend {
  bool causal = false;               // query t sees keys 0 to t
  bool grouped = false;              // k and v may have fewer heads than q, a divisor of them
  std::optional<double> scale = {};  // instead of 1 / sqrt(width)
};
// q [batch, heads, time, width], k and v [batch, key heads, keys, width]. mask, if it is not empty,
// broadcasts to [batch, heads, time, keys]: 0 hides a key. A query that sees no key gets zeros.
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const Indices& mask, const Attend& options);
enum class Rotation : std::uint8_t { half, interleaved };
// x [..., time, width]: pairs of elements rotated by position * theta^(-2 i / width).
Tensor rotary(const Tensor& x, double theta, Rotation form, std::int64_t start = 0);

}  // namespace dlt::ops
