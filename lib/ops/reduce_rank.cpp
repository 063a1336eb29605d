#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/rank.h"
#include "ops/broadcast.h"

namespace dlt::ops {
namespace {

Shape with_axis(const Shape& shape, std::size_t axis, std::int64_t size) {
  std::vector<std::int64_t> dims = shape.dims();
  if (!dims.empty()) dims[axis] = size;
  return Shape(std::move(dims));
}

Ranked ranked(std::string_view op, const Tensor& x, std::int64_t k, std::size_t axis,
              kernels::Order order) {
  const kernels::Middle m = middle_of(x.shape(), axis);
  Tensor values = Tensor::uninitialized(with_axis(x.shape(), axis, k));
  std::vector<std::int32_t> places(static_cast<std::size_t>(values.size()));
  kernels::rank(values.mutable_data(), places.data(), x.data(), k, order, m);
  const Indices indices(values.shape(), std::move(places));
  values = autograd::record(op, values, {x},
                            [indices, k, m](const Tensor& dy, autograd::InputGrads& dx) {
                              kernels::rank_backward(dx[0], dy.data(), indices.data(), k, m);
                            });
  return {values, indices};
}

}  // namespace

Indices argmax(const Tensor& x, std::int64_t dim, Keep keep) {
  const std::size_t axis = axis_along("argmax", x.shape(), dim);
  const kernels::Middle m = middle_of(x.shape(), axis);
  require(m.n > 0, "argmax: {} has nothing along axis {}", x.shape(), dim);
  std::vector<std::int32_t> places(static_cast<std::size_t>(m.outer * m.inner));
  kernels::argmax(places.data(), x.data(), m);
  AxisSet axes(x.shape().dims().size(), false);
  if (!axes.empty()) axes[axis] = true;
  return {reduced_shape(x.shape(), axes, keep), std::move(places)};
}

Ranked topk(const Tensor& x, std::int64_t k, std::int64_t dim, bool largest) {
  const std::size_t axis = axis_along("topk", x.shape(), dim);
  const std::int64_t n = middle_of(x.shape(), axis).n;
  require(k >= 0 && k <= n, "topk: k {} is not in [0, {}], the size of axis {} of {}", k, n, dim,
          x.shape());
  require(k > 0 || x.shape().rank() > 0, "topk: k 0 of a scalar");
  return ranked("topk", x, k, axis,
                largest ? kernels::Order::descending : kernels::Order::ascending);
}

Ranked sort(const Tensor& x, std::int64_t dim, bool descending) {
  const std::size_t axis = axis_along("sort", x.shape(), dim);
  return ranked("sort", x, middle_of(x.shape(), axis).n, axis,
                descending ? kernels::Order::descending : kernels::Order::ascending);
}

}  // namespace dlt::ops
