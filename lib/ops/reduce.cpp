#include "ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"
#include "kernels/scan.h"
#include "ops/broadcast.h"
#include "ops/elementwise.h"
#include "ops/shape.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Reduce;
using kernels::Unary;
using kernels::Zip;

std::int64_t counted(const Shape& shape, const AxisSet& axes) {
  std::int64_t n = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) n *= axes[i] ? shape.dims()[i] : 1;
  return n;
}

// dx (+)= a times b repeated along the axes that were reduced.
void add_product(InputGrads& dx, const Tensor& a, const Tensor& b) {
  const auto [out, accumulate] = dx.slot(0);
  kernels::zip(out, a.data(), b.data(), Zip::mul, accumulate,
               grid_of(a.shape(), {a.shape(), b.shape()}));
}

// The sum times `factor`.
Tensor scaled_sum(std::string_view op, const Tensor& x, const Dims& dims, Keep keep,
                  const auto& factor_of) {
  const AxisSet axes = axes_of(op, x.shape(), dims);
  const double factor = factor_of(counted(x.shape(), axes));
  const Tensor y = reduced(x, axes, Reduce::sum);
  const Tensor scaled = mapped(y, Unary::scale, {.a = factor});
  return autograd::record(
      op, scaled.reshape(reduced_shape(x.shape(), axes, keep)), {x},
      [shape = x.shape(), kept = y.shape(), factor](const Tensor& dy, InputGrads& dx) {
        const Tensor one = Tensor::filled({}, static_cast<real>(factor));
        const auto [out, accumulate] = dx.slot(0);
        kernels::zip(out, one.data(), dy.data(), Zip::mul, accumulate,
                     grid_of(shape, {one.shape(), kept}));
      });
}

Tensor extreme(std::string_view op, const Tensor& x, const Dims& dims, Keep keep, Reduce kind) {
  const AxisSet axes = axes_of(op, x.shape(), dims);
  require(counted(x.shape(), axes) > 0, "{}: {} has nothing along the axes to reduce", op,
          x.shape());
  const Tensor y = reduced(x, axes, kind).detach();
  return autograd::record(
      op, y.reshape(reduced_shape(x.shape(), axes, keep)), {x},
      [x = x.detach(), y, axes](const Tensor& dy, InputGrads& dx) {
        const Tensor winners = zipped(x.shape(), x, y, Zip::equal);
        const Tensor count = reduced(winners, axes, Reduce::sum);
        add_product(dx, winners, zipped(count.shape(), dy.reshape(count.shape()), count, Zip::div));
      });
}

}  // namespace

Tensor sum(const Tensor& x) {
  const double total = parallel_sum(x.size(), 4096, [&](std::int64_t i, std::int64_t end) {
    double part = 0;
    for (; i < end; ++i) part += static_cast<double>(x.data()[i]);
    return part;
  });
  return autograd::record("sum", Tensor::filled({}, static_cast<real>(total)), {x},
                          [n = x.size()](const Tensor& dy, InputGrads& dx) {
                            const auto [out, accumulate] = dx.slot(0);
                            for (std::int64_t i = 0; i < n; ++i) {
                              out[i] = (accumulate ? out[i] : 0) + dy.item();
                            }
                          });
}

Tensor mean(const Tensor& x) {
  require(x.size() > 0, "mean: {} has no element", x.shape());
  return scale(sum(x), 1 / static_cast<real>(x.size()));
}

Tensor sum(const Tensor& x, const Dims& dims, Keep keep) {
  return scaled_sum("sum", x, dims, keep, [](std::int64_t) { return 1.0; });
}

Tensor mean(const Tensor& x, const Dims& dims, Keep keep) {
  return scaled_sum("mean", x, dims, keep, [&](std::int64_t n) {
    require(n > 0, "mean: {} has nothing along the axes to reduce", x.shape());
    return 1 / static_cast<double>(n);
  });
}

Tensor amax(const Tensor& x, const Dims& dims, Keep keep) {
  return extreme("amax", x, dims, keep, Reduce::max);
}

Tensor amin(const Tensor& x, const Dims& dims, Keep keep) {
  return extreme("amin", x, dims, keep, Reduce::min);
}

// max + log sum e^(x - max); where the maximum is infinite, as if it were 0.
Tensor logsumexp(const Tensor& x, const Dims& dims, Keep keep) {
  const AxisSet axes = axes_of("logsumexp", x.shape(), dims);
  Tensor top = reduced(x, axes, Reduce::max).clone();
  for (std::int64_t i = 0; i < top.size(); ++i) {
    real& t = top.mutable_data()[i];
    if (std::abs(t) == std::numeric_limits<real>::infinity()) t = 0;
  }
  const Tensor sums = reduced(zipped(x.shape(), x, top, Zip::exp_difference), axes, Reduce::sum);
  const Tensor y = zipped(sums.shape(), mapped(sums, Unary::log), top, Zip::add);
  return autograd::record("logsumexp", y.reshape(reduced_shape(x.shape(), axes, keep)), {x},
                          [x = x.detach(), y = y.detach()](const Tensor& dy, InputGrads& dx) {
                            const Tensor share = zipped(x.shape(), x, y, Zip::exp_difference);
                            add_product(dx, share, dy.reshape(y.shape()));
                          });
}

Tensor var(const Tensor& x, const Dims& dims, double correction, Keep keep) {
  const AxisSet axes = axes_of("var", x.shape(), dims);
  const std::int64_t n = counted(x.shape(), axes);
  const double degrees = static_cast<double>(n) - correction;
  require(degrees > 0, "var: {} values with correction {}: there must be more values", n,
          correction);
  const Tensor mean =
      mapped(reduced(x, axes, Reduce::sum), Unary::scale, {.a = 1 / static_cast<double>(n)});
  const Tensor apart = zipped(x.shape(), x, mean, Zip::sub);
  const Tensor squares = reduced(mapped(apart, Unary::square), axes, Reduce::sum);
  const Tensor y = mapped(squares, Unary::scale, {.a = 1 / degrees});
  return autograd::record("var", y.reshape(reduced_shape(x.shape(), axes, keep)), {x},
                          [=](const Tensor& dy, InputGrads& dx) {
                            const Tensor pull = mapped(dy, Unary::scale, {.a = 2 / degrees});
                            add_product(dx, apart, pull.reshape(mean.shape()));
                          });
}

namespace {

Tensor prod_along(const Tensor& x, std::size_t axis) {
  const kernels::Middle m = middle_of(x.shape(), axis);
  AxisSet axes(x.shape().dims().size(), false);
  axes[axis] = true;
  Tensor y = Tensor::uninitialized(reduced_shape(x.shape(), axes, Keep::yes));
  kernels::reduce(y.mutable_data(), x.data(), Reduce::prod, false, m);
  return autograd::record("prod", y, {x}, [x = x.detach(), m](const Tensor& dy, InputGrads& dx) {
    kernels::prod_backward(dx[0], dy.data(), x.data(), m);
  });
}

}  // namespace

Tensor prod(const Tensor& x, const Dims& dims, Keep keep) {
  const AxisSet axes = axes_of("prod", x.shape(), dims);
  Tensor y = x;
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (axes[i]) y = prod_along(y, i);
  }
  return reshape(y, reduced_shape(x.shape(), axes, keep));
}

Tensor cumsum(const Tensor& x, std::int64_t dim) {
  const kernels::Middle m = middle_of(x.shape(), axis_along("cumsum", x.shape(), dim));
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::cumsum(y.mutable_data(), x.data(), kernels::Toward::end, false, m);
  return autograd::record("cumsum", y, {x}, [m](const Tensor& dy, InputGrads& dx) {
    const auto [out, accumulate] = dx.slot(0);
    kernels::cumsum(out, dy.data(), kernels::Toward::begin, accumulate, m);
  });
}

Tensor cumprod(const Tensor& x, std::int64_t dim) {
  const kernels::Middle m = middle_of(x.shape(), axis_along("cumprod", x.shape(), dim));
  Tensor y = Tensor::uninitialized(x.shape());
  kernels::cumprod(y.mutable_data(), x.data(), m);
  return autograd::record("cumprod", y, {x}, [x = x.detach(), m](const Tensor& dy, InputGrads& dx) {
    kernels::cumprod_backward(dx[0], dy.data(), x.data(), m);
  });
}

}  // namespace dlt::ops
