#include "ops/broadcast.h"

#include <algorithm>

#include "base/error.h"

namespace dlt::ops {
namespace {

std::int64_t product(const Shape& s, std::int64_t begin, std::int64_t end) {
  std::int64_t n = 1;
  for (auto i = begin; i < end; ++i) n *= s.dims()[static_cast<std::size_t>(i)];
  return n;
}

}  // namespace

AxisSet axes_of(std::string_view op, const Shape& shape, const Dims& dims) {
  AxisSet axes(shape.dims().size(), dims.empty());
  for (const std::int64_t dim : dims) {
    const std::size_t axis = axis_along(op, shape, dim);
    if (shape.rank() == 0) continue;
    require(!axes[axis], "{}: axis {} is named twice", op, dim);
    axes[axis] = true;
  }
  return axes;
}

Shape reduced_shape(const Shape& shape, const AxisSet& axes, Keep keep) {
  std::vector<std::int64_t> dims;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!axes[i]) dims.push_back(shape.dims()[i]);
    if (axes[i] && keep == Keep::yes) dims.push_back(1);
  }
  return Shape(std::move(dims));
}

// One run of neighbouring axes at a time, the last run first.
Tensor reduced(const Tensor& x, const AxisSet& axes, kernels::Reduce kind) {
  Tensor y = x;
  const auto joins = [&](std::int64_t i) {
    return axes[static_cast<std::size_t>(i)] || y.dim(static_cast<int>(i)) == 1;
  };
  for (std::int64_t end = x.shape().rank(); end > 0; --end) {
    if (!joins(end - 1)) continue;
    std::int64_t begin = end - 1;
    while (begin > 0 && joins(begin - 1)) --begin;
    const kernels::Middle m = {product(y.shape(), 0, begin), product(y.shape(), begin, end),
                               product(y.shape(), end, x.shape().rank())};
    std::vector<std::int64_t> dims = y.shape().dims();
    std::fill(dims.begin() + begin, dims.begin() + end, 1);
    if (m.n != 1) {
      Tensor next = Tensor::uninitialized(Shape(std::move(dims)));
      kernels::reduce(next.mutable_data(), y.data(), kind, false, m);
      y = next;
    }
    end = begin + 1;
  }
  return y;
}

void put_scaled(real* out, const Tensor& x, double factor, bool accumulate) {
  kernels::map_backward(out, x.data(), x.data(), kernels::Unary::scale, {.a = factor}, accumulate,
                        x.size());
}

std::optional<Shape> common_shape(const Shape& a, const Shape& b) {
  const auto &longer = a.rank() >= b.rank() ? a : b, &shorter = a.rank() >= b.rank() ? b : a;
  std::vector<std::int64_t> dims = longer.dims();
  for (std::size_t k = 1; k <= shorter.dims().size(); ++k) {
    std::int64_t& to = dims[dims.size() - k];
    const std::int64_t size = shorter.dims()[shorter.dims().size() - k];
    if (to != size && to != 1 && size != 1) return std::nullopt;
    if (to == 1) to = size;
  }
  return Shape(std::move(dims));
}

Shape broadcast(std::string_view op, const Shape& a, const Shape& b) {
  auto both = common_shape(a, b);
  require(both.has_value(), "{}: shapes {} and {} do not broadcast", op, a, b);
  return std::move(*both);
}

std::vector<std::int64_t> steps_under(const Shape& y, const Shape& a) {
  std::vector<std::int64_t> steps(y.dims().size(), 0);
  std::int64_t step = 1;
  for (std::size_t k = 0; k < a.dims().size(); ++k) {
    const std::int64_t size = a.dims()[a.dims().size() - 1 - k];
    if (size != 1) steps[steps.size() - 1 - k] = step;
    step *= size;
  }
  return steps;
}

// Axes of size 1 are left out, and neighbours joined where every operand runs on from one to the
// next.
kernels::Grid grid_of(const Shape& y, const std::vector<Shape>& operands) {
  kernels::Grid g;
  std::vector<std::vector<std::int64_t>> steps;
  steps.reserve(operands.size());
  for (const Shape& a : operands) steps.push_back(steps_under(y, a));
  for (std::size_t axis = 0; axis < y.dims().size(); ++axis) {
    const std::int64_t size = y.dims()[axis];
    if (size == 1) continue;
    const bool joined = !g.sizes.empty() && std::ranges::all_of(operands, [&](const Shape& a) {
      const auto k = static_cast<std::size_t>(&a - operands.data());
      return g.steps[k].back() == steps[k][axis] * size;
    });
    if (!joined) g.sizes.push_back(1);
    g.sizes.back() *= size;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (!joined) g.steps[k].push_back(0);
      g.steps[k].back() = steps[k][axis];
    }
  }
  if (!g.sizes.empty()) return g;
  g.sizes.push_back(1);
  for (std::size_t k = 0; k < operands.size(); ++k) g.steps[k].push_back(1);
  return g;
}

AxisSet repeated(const Shape& y, const Shape& a) {
  AxisSet axes(y.dims().size(), true);
  for (std::size_t k = 1; k <= a.dims().size(); ++k) {
    const std::size_t axis = axes.size() - k;
    axes[axis] = a.dims()[a.dims().size() - k] != y.dims()[axis];
  }
  return axes;
}

Tensor mapped(const Tensor& x, kernels::Unary kind, const kernels::Parameters& p) {
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::map_forward(y.mutable_data(), x.data(), kind, p, y.size());
  return y;
}

Tensor zipped(const Shape& y, const Tensor& a, const Tensor& b, kernels::Zip kind) {
  Tensor z = Tensor::uninitialized(y);
  kernels::zip(z.mutable_data(), a.data(), b.data(), kind, false,
               grid_of(y, {a.shape(), b.shape()}));
  return z;
}

}  // namespace dlt::ops
