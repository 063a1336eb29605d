#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/reduce.h"
#include "tensor/shape.h"

// What operators check of shapes and axes. `op` begins every message.
namespace dlt::ops {

// `dim` counted from the front.
std::size_t axis_of(std::string_view op, const Shape& shape, std::int64_t dim);
// The same, but a scalar has one axis of size 1.
std::size_t axis_along(std::string_view op, const Shape& shape, std::int64_t dim);

// The shape of a result: no size is negative, and there are less than 2^31 elements, which fill at
// most half of the machine's memory (the gradient wants as much).
Shape result_shape(std::string_view op, std::vector<std::int64_t> dims);

// `shape` as [before the axis, the axis, after it].
kernels::Middle middle_of(const Shape& shape, std::size_t axis);

std::vector<std::int64_t> strides_of(const Shape& shape);

}  // namespace dlt::ops
