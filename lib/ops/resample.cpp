#include "kernels/resample.h"

#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/axes.h"
#include "ops/pool.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;

// One axis: which elements make up each new one.
struct Table {
  std::int64_t in, out, taps;
  std::vector<std::int32_t> index;
  std::vector<real> weight;

  void add(std::int64_t i, double w) {
    index.push_back(static_cast<std::int32_t>(std::clamp<std::int64_t>(i, 0, in - 1)));
    weight.push_back(static_cast<real>(w));
  }
  kernels::Resampled view() const { return {in, out, taps, index.data(), weight.data()}; }
};

// Keys, "Cubic convolution interpolation" (1981): the weight of an element at a distance in [0, 1]
// and of one in [1, 2].
constexpr double keys = -0.75;
double near(double d) { return ((keys + 2) * d - (keys + 3)) * d * d + 1; }
double far(double d) { return ((keys * d - 5 * keys) * d + 8 * keys) * d - 4 * keys; }

// How far apart new elements lie, measured in old ones; a given scale is taken as it is, although
// the size may have been rounded.
double distance(std::int64_t in, std::int64_t out, double scale, bool align_corners) {
  if (align_corners) {
    return out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
  }
  return scale > 0 ? 1 / scale : static_cast<double>(in) / static_cast<double>(out);
}

// floor((i + 1/2 or 0) in / out), in integers where there is no scale.
std::int64_t nearest(const Table& t, std::int64_t i, double scale, bool exact) {
  if (scale > 0) return static_cast<std::int64_t>((static_cast<double>(i) + exact * 0.5) / scale);
  return (2 * i + exact) * t.in / (2 * t.out);
}

Table table(std::int64_t in, std::int64_t out, double scale, const Resize& r) {
  const bool cubic = r.mode == Interpolation::bicubic, linear = r.mode == Interpolation::linear;
  Table t{in, out, cubic ? 4 : linear ? 2 : 1, {}, {}};
  t.index.reserve(static_cast<std::size_t>(out * t.taps));
  t.weight.reserve(static_cast<std::size_t>(out * t.taps));
  const double step = distance(in, out, scale, r.align_corners);
  for (std::int64_t j = 0; j < out; ++j) {
    if (!cubic && !linear) {
      t.add(nearest(t, j, scale, r.mode == Interpolation::nearest_exact), 1);
      continue;
    }
    const double center = static_cast<double>(j);
    double x = r.align_corners ? step * center : step * (center + 0.5) - 0.5;
    if (linear) x = std::clamp(x, 0.0, static_cast<double>(in - 1));
    const double left = std::floor(x), rest = x - left;
    const auto i = static_cast<std::int64_t>(left);
    if (cubic) t.add(i - 1, far(rest + 1));
    t.add(i, cubic ? near(rest) : 1 - rest);
    t.add(i + 1, cubic ? near(1 - rest) : rest);
    if (cubic) t.add(i + 2, far(2 - rest));
  }
  return t;
}

void check(const Tensor& x, const Resize& r) {
  const int rank = x.shape().rank();
  require(rank >= 3 && rank <= 5, "interpolate: input {} is not [n, channels, 1 to 3 axes]",
          x.shape());
  require(r.size.empty() != r.scale.empty(), "interpolate: give either a size or a scale factor");
  const std::size_t axes = static_cast<std::size_t>(rank - 2);
  const std::size_t given = std::max(r.size.size(), r.scale.size());
  require(given == 1 || given == axes, "interpolate: {} numbers do not fit the {} axes of {}",
          given, axes, x.shape());
  require(r.mode != Interpolation::bicubic || rank == 4,
          "interpolate: bicubic goes with [n, channels, height, width], not {}", x.shape());
  require(!r.align_corners || r.mode == Interpolation::linear || r.mode == Interpolation::bicubic,
          "interpolate: align_corners means nothing for nearest");
  for (const double scale : r.scale)
    require(scale > 0 && scale < 1e9, "interpolate: scale factor {} must be in (0, 1e9)", scale);
}

// One number stands for all axes.
template <class T>
T number(const std::vector<T>& values, std::size_t axis) {
  return values.empty() ? T() : values.size() == 1 ? values[0] : values[axis];
}

}  // namespace

Tensor interpolate(const Tensor& x, const Resize& r) {
  check(x, r);
  std::vector<std::int64_t> dims = x.shape().dims();
  for (std::size_t i = 2; i < dims.size(); ++i) {
    require(dims[i] > 0 && dims[i] < std::int64_t{1} << 31,
            "interpolate: axis {} of {} has no element or too many", i, x.shape());
    const double scaled = std::floor(static_cast<double>(dims[i]) * number(r.scale, i - 2));
    dims[i] = r.scale.empty() ? number(r.size, i - 2) : static_cast<std::int64_t>(scaled);
    require(dims[i] > 0, "interpolate: a size of {} along axis {} is not at least 1", dims[i], i);
  }
  const Shape shape = result_shape("interpolate", std::move(dims));
  std::vector<Table> tables;
  for (std::size_t i = 2; i < x.shape().dims().size(); ++i) {
    tables.push_back(table(x.shape().dims()[i], shape.dims()[i], number(r.scale, i - 2), r));
  }
  const auto views = [](const std::vector<Table>& all) {
    std::vector<kernels::Resampled> axes;
    for (const Table& t : all) axes.push_back(t.view());
    return axes;
  };
  const std::int64_t planes = x.dim(0) * x.dim(1);
  Tensor y = Tensor::uninitialized(shape);
  kernels::resample(y.mutable_data(), x.data(), planes, views(tables));
  return autograd::record(
      "interpolate", y, {x},
      [tables = std::move(tables), planes, views](const Tensor& dy, InputGrads& dx) {
        kernels::resample_backward(dx[0], dy.data(), planes, views(tables));
      });
}

}  // namespace dlt::ops
