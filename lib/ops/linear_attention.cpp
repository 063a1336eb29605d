#include "ops/linear_attention.h"

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pointwise.h"
#include "kernels/retention.h"
#include "kernels/wkv.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;

kernels::RetentionSize check(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& gamma,
                             const Tensor& start) {
  require(q.shape().rank() == 3 && q.shape() == k.shape(),
          "retention: q {} and k {} must be one shape [batch, time, heads * width]", q.shape(),
          k.shape());
  require(v.shape().rank() == 3 && v.dim(0) == q.dim(0) && v.dim(1) == q.dim(1),
          "retention: v {} is not [batch, time, heads * value width] for q {}", v.shape(),
          q.shape());
  const std::int64_t heads = gamma.size();
  require(gamma.shape().rank() == 1 && heads > 0 && q.dim(2) > 0 && v.dim(2) > 0 &&
              q.dim(2) % heads == 0 && v.dim(2) % heads == 0,
          "retention: gamma {} must be [heads], which divide the widths of q {} and v {}",
          gamma.shape(), q.shape(), v.shape());
  const kernels::RetentionSize n{q.dim(0), q.dim(1), heads, q.dim(2) / heads, v.dim(2) / heads};
  const Shape state{n.batch, heads, n.width, n.value_width};
  require(!start.defined() || start.shape() == state, "retention: start {} must be {}",
          start.defined() ? start.shape() : Shape{}, state);
  return n;
}

kernels::WkvSize check_wkv(const Tensor& k, const Tensor& v, const Tensor& w, const Tensor& u,
                           const Tensor& start) {
  require(k.shape().rank() == 3 && k.shape() == v.shape(),
          "wkv: k {} and v {} must be one shape [batch, time, channels]", k.shape(), v.shape());
  const kernels::WkvSize n{k.dim(0), k.dim(1), k.dim(2)};
  require(w.shape() == Shape{n.channels} && u.shape() == Shape{n.channels},
          "wkv: w {} and u {} must be [{}], one number for each channel of k {}", w.shape(),
          u.shape(), n.channels, k.shape());
  const Shape state{n.batch, 3, n.channels};
  require(!start.defined() || start.shape() == state, "wkv: start {} must be {}",
          start.defined() ? start.shape() : Shape{}, state);
  return n;
}

}  // namespace

Retention retention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& gamma,
                    const Tensor& start) {
  const kernels::RetentionSize n = check(q, k, v, gamma, start);
  const auto inputs = [q = q.detach(), k = k.detach(), v = v.detach(), gamma = gamma.detach(),
                       start = start.detach()] {
    return kernels::RetentionInputs{q.data(), k.data(), v.data(), gamma.data(),
                                    start.data_or_null()};
  };
  Tensor y = Tensor::uninitialized(v.shape());
  Tensor last = Tensor::uninitialized({n.batch, n.heads, n.width, n.value_width});
  kernels::retention_forward(y.mutable_data(), last.mutable_data(), inputs(), n);
  const auto ys =
      autograd::record("retention", {y, last}, {q, k, v, start},
                       [inputs, n](const std::vector<Tensor>& dys, InputGrads& dx) {
                         kernels::retention_backward(
                             {dx.if_wanted(0), dx.if_wanted(1), dx.if_wanted(2), dx.if_wanted(3)},
                             dys[0].data(), dys[1].data(), inputs(), n);
                       });
  return {ys[0], ys[1]};
}

Wkv wkv(const Tensor& k, const Tensor& v, const Tensor& w, const Tensor& u, const Tensor& start) {
  const kernels::WkvSize n = check_wkv(k, v, w, u, start);
  const auto inputs = [k = k.detach(), v = v.detach(), w = w.detach(), u = u.detach(),
                       start = start.detach()] {
    return kernels::WkvInputs{k.data(), v.data(), w.data(), u.data(), start.data_or_null()};
  };
  Tensor y = Tensor::uninitialized(k.shape());
  Tensor last = Tensor::uninitialized({n.batch, 3, n.channels});
  kernels::wkv_forward(y.mutable_data(), last.mutable_data(), inputs(), n);
  y = autograd::record("wkv", y, {k, v, w, u}, [inputs, n](const Tensor& dy, InputGrads& dx) {
    Tensor dw = Tensor::uninitialized({n.batch, n.channels});
    Tensor du = Tensor::uninitialized(dw.shape());
    kernels::wkv_backward({dx.if_wanted(0), dx.if_wanted(1), dw.mutable_data(), du.mutable_data()},
                          dy.data(), inputs(), n);
    if (dx.wants(2)) kernels::add_rows(dx[2], dw.data(), n.batch, n.channels);
    if (dx.wants(3)) kernels::add_rows(dx[3], du.data(), n.batch, n.channels);
  });
  return {y, last};
}

}  // namespace dlt::ops
