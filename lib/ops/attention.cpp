#include "kernels/attention.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/ops.h"

namespace dlt::ops {
namespace {

kernels::AttentionSize size_of(std::string_view op, const Tensor& qkv, const Heads& heads) {
  require(qkv.shape().rank() == 3 && qkv.dim(2) == heads.packed(),
          "{}: input {} is not [batch, time, ({} + 2 * {}) * {}]", op, qkv.shape(), heads.query,
          heads.key_value, heads.width);
  return {.batch = qkv.dim(0),
          .time = qkv.dim(1),
          .query = heads.query,
          .key_value = heads.key_value,
          .width = heads.width};
}

}  // namespace

Tensor attention(const Tensor& qkv, const Heads& heads, double dropout_rate,
                 std::uint64_t dropout_key) {
  require(heads.key_value > 0 && heads.query % heads.key_value == 0,
          "attention: {} query heads cannot share {} key/value heads evenly", heads.query,
          heads.key_value);
  const auto n = size_of("attention", qkv, heads);
  std::vector<std::int32_t> first(static_cast<std::size_t>(n.batch) + 1);
  for (std::size_t b = 0; b < first.size(); ++b) {
    first[b] = static_cast<std::int32_t>(static_cast<std::int64_t>(b) * n.time);
  }
  const Tensor rows = reshape(qkv, {n.batch * n.time, n.packed()});
  const Tensor y =
      ragged_attention(rows, Indices({n.batch + 1}, std::move(first)), heads,
                       {.causal = true, .dropout_rate = dropout_rate, .dropout_key = dropout_key});
  return reshape(y, {n.batch, n.time, n.query * n.width});
}

Tensor rope(const Tensor& qkv, const Heads& heads, double theta, std::int64_t start) {
  const auto n = size_of("rope", qkv, heads);
  require(n.width % 2 == 0, "rope: a head of width {} has no pairs to rotate", n.width);
  Tensor y = Tensor::uninitialized(qkv.shape()), angles = Tensor::uninitialized({n.time, n.width});
  kernels::rope_table(angles.mutable_data(), start, n.time, n.width, theta);
  kernels::rope(y.mutable_data(), qkv.data(), angles.data(), false, false, n);
  return autograd::record("rope", y, {qkv},
                          [angles, n](const Tensor& dy, autograd::InputGrads& dx) {
                            const auto [out, accumulate] = dx.slot(0);
                            kernels::rope(out, dy.data(), angles.data(), true, accumulate, n);
                          });
}

}  // namespace dlt::ops
