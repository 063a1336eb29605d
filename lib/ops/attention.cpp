#include "kernels/attention.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/ops.h"

namespace dlt::ops {
namespace {

kernels::AttentionSize size_of(std::string_view op, const Tensor& qkv, const Heads& heads) {
  require(heads.key_value > 0 && heads.query % heads.key_value == 0,
          "{}: {} query heads cannot share {} key/value heads evenly", op, heads.query,
          heads.key_value);
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
  auto n = size_of("attention", qkv, heads);
  n.dropout_rate = dropout_rate;
  n.dropout_key = dropout_key;
  Tensor y = Tensor::uninitialized({n.batch, n.time, n.query * n.width});
  Tensor lse = Tensor::uninitialized({n.batch, n.query, n.time});
  kernels::attention_forward(y.mutable_data(), lse.mutable_data(), qkv.data(), n);
  return autograd::record(
      "attention", y, {qkv},
      [qkv = qkv.detach(), y = y.detach(), lse, n](const Tensor& dy, autograd::InputGrads& dx) {
        const auto [out, accumulate] = dx.slot(0);
        kernels::attention_backward(out, dy.data(), y.data(), lse.data(), qkv.data(), accumulate,
                                    n);
      });
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
