#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/attend.h"
#include "kernels/attention.h"
#include "ops/attention.h"
#include "ops/broadcast.h"

namespace dlt::ops {
namespace {

constexpr std::string_view name = "scaled_dot_product_attention";

kernels::AttendSize size_of(const Tensor& q, const Tensor& k, const Tensor& v, const Attend& o) {
  const auto rank = [](const Tensor& t) { return t.shape().rank(); };
  require(rank(q) == 4 && rank(k) == 4 && rank(v) == 4,
          "{}: q {}, k {} and v {} must be [batch, heads, time, width]", name, q.shape(), k.shape(),
          v.shape());
  require(q.dim(0) == k.dim(0) && k.dim(0) == v.dim(0) && k.dim(1) == v.dim(1) &&
              k.dim(2) == v.dim(2) && q.dim(3) == k.dim(3) && q.dim(3) > 0,
          "{}: q {}, k {} and v {} do not fit together", name, q.shape(), k.shape(), v.shape());
  const auto heads = q.dim(1), key_heads = k.dim(1);
  require(heads == key_heads || (o.grouped && key_heads > 0 && heads % key_heads == 0),
          "{}: {} heads of q cannot use {} heads of k and v{}", name, heads, key_heads,
          o.grouped ? "" : " (enable_gqa lets them share)");
  const double scale = o.scale.value_or(1 / std::sqrt(static_cast<double>(q.dim(3))));
  return {.batch = q.dim(0),
          .heads = heads,
          .key_heads = key_heads,
          .time = q.dim(2),
          .keys = k.dim(2),
          .width = q.dim(3),
          .value_width = v.dim(3),
          .scale = static_cast<real>(scale),
          .causal = o.causal};
}

void set_mask(kernels::AttendSize& n, const Indices& mask) {
  const Shape full{n.batch, n.heads, n.time, n.keys};
  require(common_shape(full, mask.shape()) == full, "{}: attn_mask {} does not broadcast to {}",
          name, mask.shape(), full);
  std::ranges::copy(steps_under(full, mask.shape()), n.mask_steps.begin());
  n.mask = mask.data();
}

}  // namespace

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const Indices& mask, const Attend& options) {
  kernels::AttendSize n = size_of(q, k, v, options);
  if (mask.shape() != Indices().shape()) set_mask(n, mask);
  Tensor y = Tensor::uninitialized({n.batch, n.heads, n.time, n.value_width});
  Tensor lse = Tensor::uninitialized({n.batch, n.heads, n.time});
  kernels::attend_forward(y.mutable_data(), lse.mutable_data(), q.data(), k.data(), v.data(), n);
  return autograd::record("scaled_dot_product_attention", y, {q, k, v},
                          [q = q.detach(), k = k.detach(), v = v.detach(), y = y.detach(), lse,
                           mask, n](const Tensor& dy, autograd::InputGrads& dx) {
                            kernels::attend_backward(
                                {dx.if_wanted(0), dx.if_wanted(1), dx.if_wanted(2)}, dy.data(),
                                y.data(), lse.data(), q.data(), k.data(), v.data(), n);
                          });
}

Tensor rotary(const Tensor& x, double theta, Rotation form, std::int64_t start) {
  require(x.shape().rank() >= 2 && x.dim(-1) > 0 && x.dim(-1) % 2 == 0,
          "rope: input {} is not [..., time, an even width]", x.shape());
  require(theta > 0, "rope: theta {} is not above 0", theta);
  const auto time = x.dim(-2), width = x.dim(-1);
  const auto rows = time == 0 ? 0 : x.size() / (time * width);
  Tensor y = Tensor::uninitialized(x.shape()), angles = Tensor::uninitialized({time, width});
  kernels::rope_table(angles.mutable_data(), start, time, width, theta);
  const auto size = [=](bool inverse, bool accumulate) {
    return kernels::RotarySize{rows,    time,      width, form == Rotation::interleaved,
                               inverse, accumulate};
  };
  kernels::rotary(y.mutable_data(), x.data(), angles.data(), size(false, false));
  return autograd::record("rotary", y, {x},
                          [angles, size](const Tensor& dy, autograd::InputGrads& dx) {
                            const auto [out, accumulate] = dx.slot(0);
                            kernels::rotary(out, dy.data(), angles.data(), size(true, accumulate));
                          });
}

}  // namespace dlt::ops
