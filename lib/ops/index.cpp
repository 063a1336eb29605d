#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/take.h"
#include "ops/axes.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using Positions = std::vector<std::int64_t>;

void check_index(std::string_view op, const Indices& index, std::int64_t size) {
  for (const std::int32_t i : index.values())
    require(i >= 0 && i < size, "{}: index {} is outside an axis of size {}", op, i, size);
}

bool fits_inside(const Shape& index, const Shape& other, std::size_t but) {
  for (std::size_t i = 0; i < index.dims().size(); ++i)
    if (i != but && index.dims()[i] > other.dims()[i]) return false;
  return true;
}

// Where in an array of `shape` the elements of `index` lie, `values` saying where along `axis`
// (null: as the others, in place).
Positions positions(const Shape& index, const Shape& shape, std::size_t axis,
                    const std::int32_t* values) {
  const Positions strides = strides_of(shape);
  Positions at(static_cast<std::size_t>(index.size())), count(strides.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    for (std::size_t d = 0; d < count.size(); ++d)
      at[i] += (values != nullptr && d == axis ? values[i] : count[d]) * strides[d];
    for (std::size_t d = count.size(); d-- > 0;) {
      if (++count[d] < index.dims()[d]) break;
      count[d] = 0;
    }
  }
  return at;
}

}  // namespace

Tensor gather(const Tensor& x, std::int64_t dim, const Indices& index) {
  const std::size_t axis = axis_of("gather", x.shape(), dim);
  require(index.shape().rank() == x.shape().rank() && fits_inside(index.shape(), x.shape(), axis),
          "gather: index {} does not fit {}: as many axes, none larger but axis {}", index.shape(),
          x.shape(), axis);
  check_index("gather", index, x.shape().dims()[axis]);
  const Positions at = positions(index.shape(), x.shape(), axis, index.data());
  Tensor y = Tensor::uninitialized(result_shape("gather", index.shape().dims()));
  kernels::gather(y.mutable_data(), x.data(), at.data(), y.size());
  return autograd::record(
      "gather", y, {x},
      [at, groups = middle_of(y.shape(), axis).outer](const Tensor& dy, InputGrads& dx) {
        kernels::scatter_add(dx[0], dy.data(), at.data(), groups, dy.size());
      });
}

Tensor index_select(const Tensor& x, std::int64_t dim, const Indices& index) {
  const std::size_t axis = axis_of("index_select", x.shape(), dim);
  require(index.shape().rank() == 1, "index_select: the index must be [count], not {}",
          index.shape());
  check_index("index_select", index, x.shape().dims()[axis]);
  const kernels::Middle a = middle_of(x.shape(), axis);
  const kernels::Take t{a.outer, a.n, index.size(), a.inner};
  Dims dims = x.shape().dims();
  dims[axis] = index.size();
  Tensor y = Tensor::uninitialized(result_shape("index_select", std::move(dims)));
  kernels::take(y.mutable_data(), x.data(), index.data(), t);
  return autograd::record("index_select", y, {x}, [index, t](const Tensor& dy, InputGrads& dx) {
    kernels::take_backward(dx[0], dy.data(), index.data(), t);
  });
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Indices& index, const Tensor& src) {
  const std::size_t axis = axis_of("scatter_add", x.shape(), dim);
  const std::size_t none = x.shape().dims().size();
  require(index.shape().rank() == x.shape().rank() && src.shape().rank() == x.shape().rank() &&
              fits_inside(index.shape(), x.shape(), axis) &&
              fits_inside(index.shape(), src.shape(), none),
          "scatter_add: index {} does not fit {} and src {}: as many axes, none larger but axis {} "
          "of the first",
          index.shape(), x.shape(), src.shape(), axis);
  check_index("scatter_add", index, x.shape().dims()[axis]);
  const Positions at = positions(index.shape(), x.shape(), axis, index.data());
  const Positions from = positions(index.shape(), src.shape(), axis, nullptr);
  const std::int64_t n = index.size(), groups = middle_of(index.shape(), axis).outer;
  Tensor added = Tensor::uninitialized(index.shape()), y = x.clone();
  kernels::gather(added.mutable_data(), src.data(), from.data(), n);
  kernels::scatter_add(y.mutable_data(), added.data(), at.data(), groups, n);
  return autograd::record("scatter_add", y, {x, src}, [=](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) dx.share(0, dy);
    if (!dx.wants(1)) return;
    Tensor taken = Tensor::uninitialized({n});
    kernels::gather(taken.mutable_data(), dy.data(), at.data(), n);
    kernels::scatter_add(dx[1], taken.data(), from.data(), 1, n);
  });
}

Indices one_hot(const Indices& index, std::int64_t classes) {
  require(classes >= 1, "one_hot: {} classes are not at least 1", classes);
  std::vector<std::int64_t> dims = index.shape().dims();
  dims.push_back(classes);
  Shape shape = result_shape("one_hot", std::move(dims));
  std::vector<std::int32_t> ones(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < index.values().size(); ++i) {
    const std::int32_t value = index.values()[i];
    require(value >= 0 && value < classes, "one_hot: {} is not one of {} classes", value, classes);
    ones[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(value)] = 1;
  }
  return {std::move(shape), std::move(ones)};
}

}  // namespace dlt::ops
