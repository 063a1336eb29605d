#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "kernels/map.h"
#include "kernels/zip.h"
#include "ops/axes.h"
#include "ops/reduce.h"
#include "tensor/tensor.h"

// What ops that work along axes, or broadcast, have in common.
namespace dlt::ops {

using AxisSet = std::vector<bool>;  // one flag an axis
// The axes named by dims; all if none is named.
AxisSet axes_of(std::string_view op, const Shape& shape, const Dims& dims);
Shape reduced_shape(const Shape& shape, const AxisSet& axes, Keep keep);
// x with `axes` reduced to size 1; not recorded. x itself if there is nothing to do.
Tensor reduced(const Tensor& x, const AxisSet& axes, kernels::Reduce kind);

// out (+)= factor x
void put_scaled(real* out, const Tensor& x, double factor, bool accumulate);

// The shape that both broadcast to, if there is one; else nothing, or an Error naming `op`.
std::optional<Shape> common_shape(const Shape& a, const Shape& b);
Shape broadcast(std::string_view op, const Shape& a, const Shape& b);
// How far an operand of shape `a` moves along each axis of y: 0 where it is repeated.
std::vector<std::int64_t> steps_under(const Shape& y, const Shape& a);
// Operands of these shapes under a result of shape y.
kernels::Grid grid_of(const Shape& y, const std::vector<Shape>& operands);
// The axes of y along which an operand of shape `a` is repeated.
AxisSet repeated(const Shape& y, const Shape& a);

// Element by element, not recorded: f(x), and f(a, b) of shape y, to which both broadcast.
Tensor mapped(const Tensor& x, kernels::Unary kind, const kernels::Parameters& p = {});
Tensor zipped(const Shape& y, const Tensor& a, const Tensor& b, kernels::Zip kind);

}  // namespace dlt::ops
