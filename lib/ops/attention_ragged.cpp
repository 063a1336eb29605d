#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/ragged.h"
#include "ops/attention.h"

namespace dlt::ops {
namespace {

using kernels::RaggedGradients;

void check_first(const Indices& first, std::int64_t rows) {
  const auto& at = first.values();
  require(first.shape().rank() == 1 && !at.empty() && at.front() == 0 && at.back() == rows &&
              std::ranges::is_sorted(at),
          "ragged_attention: the first rows of the sequences must begin with 0, not fall and end "
          "with all {} rows",
          rows);
}

void check_heads(const Heads& heads) {
  require(heads.query > 0 && heads.key_value > 0 && heads.query % heads.key_value == 0 &&
              heads.width > 0,
          "ragged_attention: {} query heads cannot share {} key/value heads evenly", heads.query,
          heads.key_value);
}

kernels::RaggedSize size_of(const Indices& first, const Indices& kv_first, const Heads& heads,
                            const RaggedAttend& o) {
  return {.sequences = first.size() - 1,
          .queries = first.data(),
          .keys = kv_first.data(),
          .heads = heads.query,
          .key_heads = heads.key_value,
          .width = heads.width,
          .q_step = heads.query * heads.width,
          .k_step = 2 * heads.key_value * heads.width,
          .causal = o.causal,
          .dropout_rate = o.dropout_rate,
          .dropout_key = o.dropout_key};
}

}  // namespace

Tensor ragged_attention(const Tensor& qkv, const Indices& first, const Heads& heads,
                        const RaggedAttend& options) {
  check_heads(heads);
  require(qkv.shape().rank() == 2 && qkv.dim(1) == heads.packed(),
          "ragged_attention: input {} is not [rows, ({} + 2 * {}) * {}]", qkv.shape(), heads.query,
          heads.key_value, heads.width);
  check_first(first, qkv.dim(0));
  auto n = size_of(first, first, heads, options);
  n.q_step = n.k_step = heads.packed();
  const auto k = n.wide(), v = k + heads.key_value * heads.width;
  Tensor y = Tensor::uninitialized({qkv.dim(0), n.wide()});
  Tensor lse = Tensor::uninitialized({qkv.dim(0), n.heads});
  kernels::ragged_forward(y.mutable_data(), lse.mutable_data(), qkv.data(), qkv.data() + k,
                          qkv.data() + v, n);
  return autograd::record("ragged_attention", y, {qkv},
                          [qkv = qkv.detach(), y = y.detach(), lse, first, n, k, v](
                              const Tensor& dy, autograd::InputGrads& dx) {
                            const auto [out, add] = dx.slot(0);
                            kernels::ragged_backward(
                                RaggedGradients{out, out + k, out + v, add, add}, dy.data(),
                                y.data(), lse.data(), qkv.data(), qkv.data() + k, qkv.data() + v,
                                n);
                          });
}

Tensor ragged_attention(const Tensor& q, const Indices& first, const Tensor& kv,
                        const Indices& kv_first, const Heads& heads, const RaggedAttend& options) {
  check_heads(heads);
  const auto n = size_of(first, kv_first, heads, options);
  require(q.shape().rank() == 2 && q.dim(1) == n.q_step && kv.shape().rank() == 2 &&
              kv.dim(1) == n.k_step,
          "ragged_attention: q {} and kv {} are not [rows, {}] and [rows, {}]", q.shape(),
          kv.shape(), n.q_step, n.k_step);
  require(first.size() == kv_first.size(),
          "ragged_attention: {} sequences of q and {} of kv do not fit together", first.size() - 1,
          kv_first.size() - 1);
  check_first(first, q.dim(0));
  check_first(kv_first, kv.dim(0));
  const auto v = heads.key_value * heads.width;
  Tensor y = Tensor::uninitialized(q.shape());
  Tensor lse = Tensor::uninitialized({q.dim(0), n.heads});
  kernels::ragged_forward(y.mutable_data(), lse.mutable_data(), q.data(), kv.data(), kv.data() + v,
                          n);
  return autograd::record(
      "ragged_cross_attention", y, {q, kv},
      [q = q.detach(), kv = kv.detach(), y = y.detach(), lse, first, kv_first, n, v](
          const Tensor& dy, autograd::InputGrads& dx) {
        Tensor unwanted;
        const auto slot = [&](std::size_t i, const Tensor& x) -> autograd::InputGrads::Slot {
          if (dx.wants(i)) return dx.slot(i);
          unwanted = Tensor::uninitialized(x.shape());
          return {unwanted.mutable_data(), false};
        };
        const auto to_q = slot(0, q), to_kv = slot(1, kv);
        kernels::ragged_backward(RaggedGradients{to_q.data, to_kv.data, to_kv.data + v,
                                                 to_q.accumulate, to_kv.accumulate},
                                 dy.data(), y.data(), lse.data(), q.data(), kv.data(),
                                 kv.data() + v, n);
      });
}

}  // namespace dlt::ops
