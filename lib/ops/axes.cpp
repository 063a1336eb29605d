#include "ops/axes.h"

#include <algorithm>

#include "base/error.h"
#include "base/real.h"
#include "base/system.h"

namespace dlt::ops {

std::size_t axis_of(std::string_view op, const Shape& shape, std::int64_t dim) {
  const std::int64_t rank = shape.rank();
  require(dim >= -rank && dim < rank, "{}: {} has no axis {}", op, shape, dim);
  return static_cast<std::size_t>(dim < 0 ? dim + rank : dim);
}

std::size_t axis_along(std::string_view op, const Shape& shape, std::int64_t dim) {
  return axis_of(op, shape.rank() == 0 ? Shape{1} : shape, dim);
}

Shape result_shape(std::string_view op, std::vector<std::int64_t> dims) {
  constexpr std::int64_t limit = std::int64_t{1} << 31;
  std::int64_t size = 1;
  bool fits = true;
  for (const std::int64_t d : dims) {
    require(d >= 0, "{}: a result {} is impossible: no size may be negative", op, Shape(dims));
    fits = fits && d < limit && (size *= std::max<std::int64_t>(d, 1)) < limit;
  }
  require(fits, "{}: a result {} is too large: 2^31 - 1 elements are the most", op, Shape(dims));
  static const auto memory = static_cast<double>(memory_bytes());
  const double bytes = static_cast<double>(size) * sizeof(real);
  require(bytes <= memory / 2,
          "{}: a result {} takes {:.3g} GB, more than half of this machine's {:.3g} GB", op,
          Shape(dims), bytes / 1e9, memory / 1e9);
  return Shape(std::move(dims));
}

kernels::Middle middle_of(const Shape& shape, std::size_t axis) {
  kernels::Middle m{1, 1, 1};
  for (std::size_t i = 0; i < shape.dims().size(); ++i) {
    (i < axis ? m.outer : i == axis ? m.n : m.inner) *= shape.dims()[i];
  }
  return m;
}

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.dims().size(), 1);
  for (std::size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * shape.dims()[i];
  return strides;
}

}  // namespace dlt::ops
