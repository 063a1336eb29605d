#pragma once

#include <string_view>
#include <vector>

#include "kernels/reduce.h"
#include "kernels/zip.h"
#include "ops/reduce.h"
#include "tensor/tensor.h"

// What ops that work along axes, or broadcast, have in common.
namespace dlt::ops {

// axis_of(), but a scalar has one axis of size 1.
std::int64_t axis_along(std::string_view op, const Shape& shape, std::int64_t dim);
// shape as [before, axis, after].
kernels::Middle middle_of(const Shape& shape, std::int64_t axis);

using AxisSet = std::vector<bool>;  // one flag an axis
// The axes named by dims; all if none is named.
AxisSet axes_of(std::string_view op, const Shape& shape, const Dims& dims);
Shape reduced_shape(const Shape& shape, const AxisSet& axes, Keep keep);
// x with `axes` reduced to size 1; not recorded. x itself if there is nothing to do.
Tensor reduced(const Tensor& x, const AxisSet& axes, kernels::Reduce kind);

// out (+)= factor x
void put_scaled(real* out, const Tensor& x, double factor, bool accumulate);

// The shape that both broadcast to; an Error naming `op` if there is none.
Shape broadcast(std::string_view op, const Shape& a, const Shape& b);
// Operands of these shapes under a result of shape y.
kernels::Grid grid_of(const Shape& y, const std::vector<Shape>& operands);
// The axes of y along which an operand of shape `a` is repeated.
AxisSet repeated(const Shape& y, const Shape& a);

// A result of shape y; an Error if it is too large.
Tensor result_of(std::string_view op, Shape y);

}  // namespace dlt::ops
