#include "ops/pool.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/pool.h"
#include "ops/axes.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Windows;

constexpr std::int64_t limit = std::int64_t{1} << 31;  // of sizes, kernels, elements

void check_images(std::string_view op, const Tensor& x) {
  require(x.shape().rank() == 4, "{}: input {} is not [n, channels, height, width]", op, x.shape());
  require(x.dim(2) > 0 && x.dim(3) > 0 && x.dim(2) < limit && x.dim(2) * x.dim(3) < limit,
          "{}: images of {} x {} have no element or too many", op, x.dim(2), x.dim(3));
}

void check_windows(std::string_view op, const Pool& p) {
  for (const std::size_t axis : {0u, 1u}) {
    require(p.kernel[axis] >= 1 && p.kernel[axis] < limit && p.stride[axis] >= 1 &&
                p.stride[axis] < limit,
            "{}: kernel {} x {} and stride {} x {} must be in [1, 2^31)", op, p.kernel[0],
            p.kernel[1], p.stride[0], p.stride[1]);
    require(p.padding[axis] >= 0 && p.padding[axis] <= p.kernel[axis] / 2,
            "{}: padding {} x {} must be in [0, half of the kernel {} x {}]", op, p.padding[0],
            p.padding[1], p.kernel[0], p.kernel[1]);
  }
}

std::int64_t windows_along(std::int64_t in, std::int64_t kernel, std::int64_t stride,
                           std::int64_t padding, bool ceil) {
  const std::int64_t room = in + 2 * padding - kernel + (ceil ? stride - 1 : 0);
  if (room < 0) return 0;
  const std::int64_t count = room / stride + 1;
  return ceil && (count - 1) * stride >= in + padding ? count - 1 : count;
}

// The result of windows over x, and the windows.
struct Plan {
  Shape shape;
  Windows w;
};

Plan plan(std::string_view op, const Tensor& x, const Pool& p) {
  check_images(op, x);
  check_windows(op, p);
  Windows w{x.dim(0) * x.dim(1), {x.dim(2), x.dim(3)}, {}, p.kernel, p.stride, p.padding};
  for (const std::size_t axis : {0u, 1u}) {
    w.out[axis] =
        windows_along(w.in[axis], p.kernel[axis], p.stride[axis], p.padding[axis], p.ceil);
  }
  require(w.out[0] > 0 && w.out[1] > 0,
          "{}: a kernel of {} x {} is larger than images of {} x {} with padding {} x {}", op,
          p.kernel[0], p.kernel[1], w.in[0], w.in[1], p.padding[0], p.padding[1]);
  return {result_shape(op, {x.dim(0), x.dim(1), w.out[0], w.out[1]}), w};
}

kernels::Places places(const Tensor& x, const Shape& many, const Indices& index) {
  return {x.dim(0) * x.dim(1), x.dim(2) * x.dim(3), many.dim(2) * many.dim(3), index.data()};
}

}  // namespace

Pooled max_pool2d(const Tensor& x, const Pool& p) {
  const auto [shape, w] = plan("max_pool2d", x, p);
  Tensor y = Tensor::uninitialized(shape);
  std::vector<std::int32_t> index(static_cast<std::size_t>(y.size()));
  kernels::max_pool(y.mutable_data(), index.data(), x.data(), w);
  const Indices found(shape, std::move(index));
  y = autograd::record("max_pool2d", y, {x},
                       [found, shape = x.shape()](const Tensor& dy, InputGrads& dx) {
                         kernels::add_back(dx[0], dy.data(), places(dy, shape, found));
                       });
  return {y, found};
}

Tensor max_unpool2d(const Tensor& x, const Indices& indices, const Pool& p,
                    std::optional<Pair> size) {
  check_images("max_unpool2d", x);
  check_windows("max_unpool2d", p);
  require(indices.shape() == x.shape(), "max_unpool2d: indices {} do not fit input {}",
          indices.shape(), x.shape());
  Pair to{};
  for (const std::size_t axis : {0u, 1u}) {
    const std::int64_t in = x.shape().dims()[2 + axis];
    to[axis] =
        size ? (*size)[axis] : (in - 1) * p.stride[axis] - 2 * p.padding[axis] + p.kernel[axis];
  }
  const Shape shape = result_shape("max_unpool2d", {x.dim(0), x.dim(1), to[0], to[1]});
  for (const std::int32_t i : indices.values()) {
    require(i >= 0 && i < to[0] * to[1], "max_unpool2d: index {} is outside a plane of {} x {}", i,
            to[0], to[1]);
  }
  Tensor y = Tensor::zeros(shape);
  kernels::put_back(y.mutable_data(), x.data(), places(x, shape, indices));
  return autograd::record("max_unpool2d", y, {x},
                          [indices, x = x.detach()](const Tensor& dy, InputGrads& dx) {
                            kernels::take_back(dx[0], dy.data(), places(x, dy.shape(), indices));
                          });
}

Tensor avg_pool2d(const Tensor& x, const Pool& p, CountPadding count) {
  auto [shape, w] = plan("avg_pool2d", x, p);
  w.count_padding = count == CountPadding::yes;
  Tensor y = Tensor::uninitialized(shape);
  kernels::mean_pool(y.mutable_data(), x.data(), w);
  return autograd::record("avg_pool2d", y, {x}, [w = w](const Tensor& dy, InputGrads& dx) {
    kernels::mean_pool_backward(dx[0], dy.data(), w);
  });
}

Tensor adaptive_avg_pool2d(const Tensor& x, Pair size) {
  check_images("adaptive_avg_pool2d", x);
  require(size[0] >= 1 && size[1] >= 1, "adaptive_avg_pool2d: size {} x {} must be at least 1 x 1",
          size[0], size[1]);
  Tensor y = Tensor::uninitialized(
      result_shape("adaptive_avg_pool2d", {x.dim(0), x.dim(1), size[0], size[1]}));
  const kernels::Parts p{x.dim(0) * x.dim(1), {x.dim(2), x.dim(3)}, size};
  kernels::mean_parts(y.mutable_data(), x.data(), p);
  return autograd::record("adaptive_avg_pool2d", y, {x}, [p](const Tensor& dy, InputGrads& dx) {
    kernels::mean_parts_backward(dx[0], dy.data(), p);
  });
}

}  // namespace dlt::ops
