#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/strided.h"
#include "ops/axes.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Loop;

// Lines of `line` numbers, of which each part fills some.
std::vector<Loop> lines(const kernels::Middle& part, std::int64_t line) {
  const std::int64_t width = part.n * part.inner;
  return {{part.outer, line, width}, {width, 1, 1}};
}

std::vector<Loop> swapped(std::vector<Loop> loops) {
  for (Loop& l : loops) std::swap(l.to, l.from);
  return loops;
}

// Where an axis keeps its elements [first, first + count) at `to` of the padded one.
struct Kept {
  std::int64_t first, count, to;
};

struct Padding {
  Shape shape;
  std::vector<Kept> axes;
};

Padding plan(const Tensor& x, const Dims& amounts) {
  const auto rank = static_cast<std::size_t>(x.shape().rank());
  require(amounts.size() % 2 == 0 && amounts.size() / 2 <= rank,
          "pad: {} amounts do not fit {}: two numbers for each axis, the last axis first",
          amounts.size(), x.shape());
  constexpr std::int64_t limit = std::int64_t{1} << 31;
  Dims dims = x.shape().dims();
  std::vector<Kept> kept;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t size = dims[i];
    const std::size_t at = 2 * (rank - 1 - i);
    const std::int64_t before = at < amounts.size() ? amounts[at] : 0;
    const std::int64_t after = at < amounts.size() ? amounts[at + 1] : 0;
    require(std::min(before, after) > -limit && std::max(before, after) < limit,
            "pad: amounts {} are too large", Shape(amounts));
    dims[i] = size + before + after;
    const std::int64_t first = std::max<std::int64_t>(0, -before);
    const std::int64_t count = size - first - std::max<std::int64_t>(0, -after);
    kept.push_back({first, std::max<std::int64_t>(0, count), std::max<std::int64_t>(0, before)});
  }
  return {result_shape("pad", std::move(dims)), std::move(kept)};
}

Tensor pad_with(const Tensor& x, const Padding& p, double value) {
  const Dims to = strides_of(p.shape), from = strides_of(x.shape());
  std::vector<Loop> loops;
  std::int64_t at = 0, source = 0;
  for (std::size_t i = 0; i < to.size(); ++i) {
    loops.push_back({p.axes[i].count, to[i], from[i]});
    at += p.axes[i].to * to[i];
    source += p.axes[i].first * from[i];
  }
  const bool empty = std::ranges::any_of(loops, [](const Loop& l) { return l.size == 0; });
  if (empty) at = source = 0;
  Tensor y = Tensor::filled(p.shape, static_cast<real>(value));
  kernels::copy_strided(y.mutable_data() + at, x.data() + source, loops, false);
  return autograd::record("pad", y, {x}, [=](const Tensor& dy, InputGrads& dx) {
    kernels::copy_strided(dx[0] + source, dy.data() + at, swapped(loops), true);
  });
}

// The element that position i stands for: mirrored at the ends without repeating them, or the
// nearest one.
std::int64_t source_of(std::int64_t i, std::int64_t size, Pad mode) {
  if (mode == Pad::replicate) return std::clamp<std::int64_t>(i, 0, size - 1);
  if (i < 0) i = -i;
  return i < size ? i : 2 * (size - 1) - i;
}

Tensor pad_axis(const Tensor& x, std::size_t axis, const Kept& kept, std::int64_t size, Pad mode) {
  const std::int64_t before = kept.to, after = size - kept.count - before;
  if (size == x.shape().dims()[axis] && before == 0) return x;
  if (mode == Pad::reflect) {
    require(std::max(before, after) < kept.count,
            "pad: reflecting {} and {} elements needs an axis longer than that, not axis {} of {}",
            before, after, axis, x.shape());
  }
  require(kept.count > 0, "pad: axis {} of {} has no element to repeat", axis, x.shape());
  std::vector<std::int32_t> index;
  for (std::int64_t i = 0; i < size; ++i)
    index.push_back(static_cast<std::int32_t>(source_of(i - before, kept.count, mode)));
  return index_select(x, static_cast<std::int64_t>(axis), Indices({size}, std::move(index)));
}

}  // namespace

Tensor cat(const std::vector<Tensor>& parts, std::int64_t dim) {
  require(!parts.empty(), "cat: needs at least one tensor");
  const Shape& first = parts.front().shape();
  const std::size_t axis = axis_of("cat", first, dim);
  Dims dims = first.dims();
  dims[axis] = 0;
  for (const Tensor& part : parts) {
    Dims others = part.shape().dims();
    if (others.size() == dims.size()) others[axis] = first.dims()[axis];
    require(Shape(others) == first, "cat: {} does not fit {}: only axis {} may differ",
            part.shape(), first, axis);
    dims[axis] += part.shape().dims()[axis];
  }
  Tensor y = Tensor::uninitialized(result_shape("cat", std::move(dims)));
  const kernels::Middle whole = middle_of(y.shape(), axis);
  std::vector<std::vector<Loop>> loops;
  std::vector<std::int64_t> starts;
  std::int64_t start = 0;
  for (const Tensor& part : parts) {
    const kernels::Middle a = middle_of(part.shape(), axis);
    loops.push_back(lines(a, whole.n * whole.inner));
    starts.push_back(start);
    kernels::copy_strided(y.mutable_data() + start, part.data(), loops.back(), false);
    if (whole.outer > 0) start += a.n * a.inner;
  }
  return autograd::record("cat", y, parts, [loops, starts](const Tensor& dy, InputGrads& dx) {
    for (std::size_t i = 0; i < loops.size(); ++i) {
      if (!dx.wants(i)) continue;
      const auto [out, accumulate] = dx.slot(i);
      kernels::copy_strided(out, dy.data() + starts[i], swapped(loops[i]), accumulate);
    }
  });
}

Tensor stack(const std::vector<Tensor>& parts, std::int64_t dim) {
  require(!parts.empty(), "stack: needs at least one tensor");
  Dims dims = parts.front().shape().dims();
  dims.push_back(1);
  const std::size_t axis = axis_of("stack", Shape(dims), dim);
  std::rotate(dims.begin() + static_cast<std::ptrdiff_t>(axis), dims.end() - 1, dims.end());
  std::vector<Tensor> rows;
  for (const Tensor& part : parts) {
    require(part.shape() == parts.front().shape(), "stack: shapes differ: {} and {}",
            parts.front().shape(), part.shape());
    rows.push_back(reshape(part, Shape(dims)));
  }
  return cat(rows, static_cast<std::int64_t>(axis));
}

Tensor pad(const Tensor& x, const Dims& amounts, Pad mode, double value) {
  const Padding p = plan(x, amounts);
  if (mode == Pad::constant) return pad_with(x, p, value);
  require(std::ranges::all_of(amounts, [](auto n) { return n >= 0; }),
          "pad: negative amounts {} crop, which goes with mode constant only", Shape(amounts));
  Tensor y = x;
  for (std::size_t axis = 0; axis < p.axes.size(); ++axis)
    y = pad_axis(y, axis, p.axes[axis], p.shape.dims()[axis], mode);
  return y;
}

}  // namespace dlt::ops
