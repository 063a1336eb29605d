#include "ops/shape.h"

#include <algorithm>
#include <numeric>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/strided.h"
#include "ops/axes.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Loop;

// A copy from x at `from` to y at `to`.
struct Copy {
  std::vector<Loop> loops;
  std::int64_t to = 0, from = 0;
};

// y made of copies of x that fill all of it; the way back is the same copies with sides swapped.
// `once`: they take every element of x exactly once.
Tensor copied(std::string_view op, const Tensor& x, Shape shape, std::vector<Copy> copies,
              bool once) {
  Tensor y = Tensor::uninitialized(std::move(shape));
  for (const Copy& c : copies)
    kernels::copy_strided(y.mutable_data() + c.to, x.data() + c.from, c.loops, false);
  for (Copy& c : copies) {
    std::swap(c.to, c.from);
    for (Loop& l : c.loops) std::swap(l.to, l.from);
  }
  return autograd::record(
      op, y, {x}, [copies = std::move(copies), once](const Tensor& dy, InputGrads& dx) {
        const auto slot = once ? dx.slot(0) : InputGrads::Slot{dx[0], /*accumulate=*/true};
        for (const Copy& c : copies)
          kernels::copy_strided(slot.data + c.to, dy.data() + c.from, c.loops, slot.accumulate);
      });
}

std::vector<Loop> loops_over(const Shape& shape, const Dims& to, const Dims& from) {
  std::vector<Loop> loops;
  for (std::size_t i = 0; i < to.size(); ++i) loops.push_back({shape.dims()[i], to[i], from[i]});
  return loops;
}

Tensor band(std::string_view op, const Tensor& x, std::int64_t first, std::int64_t last) {
  require(x.shape().rank() >= 2, "{}: {} is not a matrix: at least two axes are needed", op,
          x.shape());
  const kernels::Band b{middle_of(x.shape(), static_cast<std::size_t>(x.shape().rank() - 2)).outer,
                        x.dim(-2), x.dim(-1), first, last};
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::copy_band(y.mutable_data(), x.data(), b, false);
  return autograd::record(op, y, {x}, [b](const Tensor& dy, InputGrads& dx) {
    const auto [out, accumulate] = dx.slot(0);
    kernels::copy_band(out, dy.data(), b, accumulate);
  });
}

// Columns and rows are less than this, so larger diagonals make no difference.
std::int64_t within_matrix(std::int64_t diagonal) {
  constexpr std::int64_t limit = std::int64_t{1} << 40;
  return std::clamp(diagonal, -limit, limit);
}

}  // namespace

Tensor reshape(const Tensor& x, Shape shape) {
  Dims dims = shape.dims();
  const auto unknown = std::ranges::find(dims, -1);
  if (unknown != dims.end()) {
    *unknown = 1;
    const std::int64_t known = result_shape("reshape", dims).size();
    require(known > 0 && x.size() % known == 0, "reshape: {} does not fit {}", x.shape(), shape);
    *unknown = x.size() / known;
  }
  Shape to = result_shape("reshape", std::move(dims));
  require(to.size() == x.size(), "reshape: {} does not fit {}", x.shape(), shape);
  return autograd::record("reshape", x.reshape(std::move(to)), {x},
                          [](const Tensor& dy, InputGrads& dx) { dx.share(0, dy); });
}

Tensor permute(const Tensor& x, const Dims& dims) {
  const Dims strides = strides_of(x.shape());
  Dims sizes, from, seen(strides.size());
  for (const std::int64_t d : dims) {
    const std::size_t axis = axis_of("permute", x.shape(), d);
    sizes.push_back(x.shape().dims()[axis]);
    from.push_back(strides[axis]);
    ++seen[axis];
  }
  require(std::ranges::all_of(seen, [](auto n) { return n == 1; }),
          "permute: dims {} must name each of the {} axes of {} once", Shape(dims), seen.size(),
          x.shape());
  const Shape shape(std::move(sizes));
  return copied("permute", x, shape, {{loops_over(shape, strides_of(shape), from)}}, true);
}

Tensor expand(const Tensor& x, const Shape& shape) {
  Dims dims = shape.dims(), from(dims.size());
  const Dims strides = strides_of(x.shape());
  require(strides.size() <= dims.size(), "expand: {} has more axes than {}", x.shape(), shape);
  const std::size_t missing = dims.size() - strides.size();
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const std::int64_t size = x.shape().dims()[i];
    std::int64_t& wanted = dims[missing + i];
    if (wanted == -1) wanted = size;
    require(size == 1 || size == wanted,
            "expand: {} does not fit {}: only axes of size 1 can be repeated", x.shape(), shape);
    from[missing + i] = size == 1 ? 0 : strides[i];
  }
  const Shape to = result_shape("expand", std::move(dims));
  return copied("expand", x, to, {{loops_over(to, strides_of(to), from)}}, false);
}

Tensor slice(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t stop,
             std::int64_t step) {
  require(step >= 1, "slice: step {} is not at least 1", step);
  const std::size_t axis = axis_of("slice", x.shape(), dim);
  const kernels::Middle a = middle_of(x.shape(), axis);
  const auto position = [&](std::int64_t p) {
    return std::clamp<std::int64_t>(p < 0 ? p + a.n : p, 0, a.n);
  };
  start = position(start);
  stop = std::max(position(stop), start);
  Dims dims = x.shape().dims();
  const std::int64_t count = stop == start ? 0 : (stop - start - 1) / step + 1;
  dims[axis] = count;
  step = std::min(step, a.n + 1);  // no further than the end: it is multiplied
  Copy c{{{a.outer, count * a.inner, a.n * a.inner},
          {count, a.inner, step * a.inner},
          {a.inner, 1, 1}},
         0,
         start * a.inner};
  return copied("slice", x, Shape(std::move(dims)), {std::move(c)}, count == a.n);
}

Tensor flip(const Tensor& x, const Dims& dims) {
  const Dims strides = strides_of(x.shape());
  Copy c{loops_over(x.shape(), strides, strides)};
  for (const std::int64_t d : dims) {
    Loop& loop = c.loops[axis_of("flip", x.shape(), d)];
    require(loop.from == loop.to, "flip: dims {} name an axis twice", Shape(dims));
    c.from += (loop.size - 1) * loop.from;
    loop.from = -loop.from;
  }
  if (x.size() == 0) c = {{{0, 1, 1}}};
  return copied("flip", x, x.shape(), {std::move(c)}, true);
}

Tensor roll(const Tensor& x, std::int64_t shift, std::int64_t dim) {
  const kernels::Middle a = middle_of(x.shape(), axis_of("roll", x.shape(), dim));
  if (x.size() == 0) return reshape(x, x.shape());
  const std::int64_t first = (shift % a.n + a.n) % a.n;  // elements that come round
  const auto part = [&](std::int64_t count, std::int64_t to, std::int64_t from) {
    const std::int64_t line = a.n * a.inner;
    return Copy{{{a.outer, line, line}, {count * a.inner, 1, 1}}, to * a.inner, from * a.inner};
  };
  return copied("roll", x, x.shape(), {part(first, 0, a.n - first), part(a.n - first, first, 0)},
                true);
}

Tensor tril(const Tensor& x, std::int64_t diagonal) {
  return band("tril", x, -(std::int64_t{1} << 40), within_matrix(diagonal));
}

Tensor triu(const Tensor& x, std::int64_t diagonal) {
  return band("triu", x, within_matrix(diagonal), std::int64_t{1} << 40);
}

}  // namespace dlt::ops
