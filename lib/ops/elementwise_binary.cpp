#include "autograd/autograd.h"
#include "base/error.h"
#include "ops/broadcast.h"
#include "ops/elementwise.h"

namespace dlt::ops {
namespace {

using autograd::InputGrads;
using kernels::Grid;
using kernels::Zip;
using kernels::Zip3;

// Input i's gradient: `fill(out, accumulate)` writes or adds as many numbers as the result has;
// the input's own are the sums over the axes along which it was repeated.
template <class F>
void add_gradient(InputGrads& dx, std::size_t i, const Shape& y, const Shape& input,
                  const F& fill) {
  const auto [out, accumulate] = dx.slot(i);
  if (input.size() == y.size()) return fill(out, accumulate);
  Tensor full = Tensor::uninitialized(y);
  fill(full.mutable_data(), false);
  const Tensor sums = reduced(full, repeated(y, input), kernels::Reduce::sum);
  put_scaled(out, sums, 1, accumulate);
}

Tensor zipped(std::string_view op, const Tensor& a, const Tensor& b, Zip kind) {
  return ops::zipped(result_shape(op, broadcast(op, a.shape(), b.shape()).dims()), a, b, kind);
}

// For results whose slope by each side needs dy, a and b.
Tensor zipped(std::string_view op, const Tensor& a, const Tensor& b, Zip kind, Zip3 slope_a,
              Zip3 slope_b) {
  return autograd::record(
      op, zipped(op, a, b, kind), {a, b},
      [=, a = a.detach(), b = b.detach()](const Tensor& dy, InputGrads& dx) {
        for (const std::size_t side : {0u, 1u}) {
          if (!dx.wants(side)) continue;
          // The slopes of maximum and minimum are symmetric: by b they are given (dy, b, a).
          const bool swapped = side == 1 && slope_a == slope_b;
          const Tensor &p = swapped ? b : a, &q = swapped ? a : b;
          const Grid g = grid_of(dy.shape(), {dy.shape(), p.shape(), q.shape()});
          add_gradient(dx, side, dy.shape(), (side == 0 ? a : b).shape(),
                       [&](real* out, bool accumulate) {
                         kernels::zip(out, dy.data(), p.data(), q.data(),
                                      side == 0 ? slope_a : slope_b, accumulate, g);
                       });
        }
      });
}

// dx[i] += sign dy
void add_signed(InputGrads& dx, std::size_t i, const Tensor& dy, const Shape& input, real sign) {
  if (!dx.wants(i)) return;
  if (input == dy.shape() && sign > 0) return dx.share(i, dy);
  const Tensor sums = reduced(dy, repeated(dy.shape(), input), kernels::Reduce::sum);
  const auto [out, accumulate] = dx.slot(i);
  put_scaled(out, sums, sign, accumulate);
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  return autograd::record("add", zipped("add", a, b, Zip::add), {a, b},
                          [sa = a.shape(), sb = b.shape()](const Tensor& dy, InputGrads& dx) {
                            add_signed(dx, 0, dy, sa, 1);
                            add_signed(dx, 1, dy, sb, 1);
                          });
}

Tensor sub(const Tensor& a, const Tensor& b) {
  return autograd::record("sub", zipped("sub", a, b, Zip::sub), {a, b},
                          [sa = a.shape(), sb = b.shape()](const Tensor& dy, InputGrads& dx) {
                            add_signed(dx, 0, dy, sa, 1);
                            add_signed(dx, 1, dy, sb, -1);
                          });
}

Tensor mul(const Tensor& a, const Tensor& b) {
  return autograd::record("mul", zipped("mul", a, b, Zip::mul), {a, b},
                          [a = a.detach(), b = b.detach()](const Tensor& dy, InputGrads& dx) {
                            for (const std::size_t side : {0u, 1u}) {
                              if (!dx.wants(side)) continue;
                              const Tensor& other = side == 0 ? b : a;
                              const Grid g = grid_of(dy.shape(), {dy.shape(), other.shape()});
                              add_gradient(dx, side, dy.shape(), (side == 0 ? a : b).shape(),
                                           [&](real* out, bool accumulate) {
                                             kernels::zip(out, dy.data(), other.data(), Zip::mul,
                                                          accumulate, g);
                                           });
                            }
                          });
}

Tensor div(const Tensor& a, const Tensor& b) {
  return zipped("div", a, b, Zip::div, Zip3::div_left, Zip3::div_right);
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  return zipped("maximum", a, b, Zip::maximum, Zip3::larger_left, Zip3::larger_left);
}

Tensor minimum(const Tensor& a, const Tensor& b) {
  return zipped("minimum", a, b, Zip::minimum, Zip3::smaller_left, Zip3::smaller_left);
}

namespace {

Tensor as_numbers(const Indices& condition) {
  Tensor mask = Tensor::uninitialized(condition.shape());
  for (std::int64_t i = 0; i < mask.size(); ++i) {
    mask.mutable_data()[i] = condition.data()[i] != 0 ? real(1) : real(0);
  }
  return mask;
}

Tensor choose(std::string_view op, const Indices& condition, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast(op, condition.shape(), broadcast(op, a.shape(), b.shape()));
  Tensor y = Tensor::uninitialized(result_shape(op, shape.dims()));
  const Tensor mask = as_numbers(condition);
  kernels::zip(y.mutable_data(), mask.data(), a.data(), b.data(), Zip3::choose, false,
               grid_of(y.shape(), {mask.shape(), a.shape(), b.shape()}));
  return autograd::record(
      op, y, {a, b}, [mask, sa = a.shape(), sb = b.shape()](const Tensor& dy, InputGrads& dx) {
        const Grid g = grid_of(dy.shape(), {mask.shape(), dy.shape()});
        for (const std::size_t side : {0u, 1u}) {
          if (!dx.wants(side)) continue;
          add_gradient(dx, side, dy.shape(), side == 0 ? sa : sb, [&](real* out, bool accumulate) {
            kernels::zip(out, mask.data(), dy.data(), side == 0 ? Zip::keep : Zip::drop, accumulate,
                         g);
          });
        }
      });
}

}  // namespace

Tensor where(const Indices& condition, const Tensor& a, const Tensor& b) {
  return choose("where", condition, a, b);
}

Tensor masked_fill(const Tensor& x, const Indices& mask, double value) {
  require(broadcast("masked_fill", x.shape(), mask.shape()) == x.shape(),
          "masked_fill: mask {} does not broadcast to {}", mask.shape(), x.shape());
  return choose("masked_fill", mask, Tensor::filled({}, static_cast<real>(value)), x);
}

}  // namespace dlt::ops
