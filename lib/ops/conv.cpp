#include "ops/conv.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/conv.h"
#include "ops/axes.h"

namespace dlt::ops {
namespace {

using kernels::ConvAxis;
using kernels::ConvSize;

// Larger attributes and sides are mistakes; up to here no sum or product of two overflows.
constexpr std::int64_t largest = std::int64_t{1} << 31;

struct Axis {
  const char* side;  // "height", "width", "time"
  std::int64_t size, kernel, stride, padding, dilation;
};

void check_axis(std::string_view op, const Axis& a) {
  require(a.stride >= 1 && a.stride < largest, "{}: stride {} of {} is not in [1, {})", op,
          a.stride, a.side, largest);
  require(a.padding >= 0 && a.padding < largest, "{}: padding {} of {} is not in [0, {})", op,
          a.padding, a.side, largest);
  require(a.dilation >= 1 && a.dilation < largest, "{}: dilation {} of {} is not in [1, {})", op,
          a.dilation, a.side, largest);
  require(a.size >= 1 && a.size < largest, "{}: {} {} of the input is not in [1, {})", op, a.side,
          a.size, largest);
  require(a.kernel >= 1 && a.kernel < largest, "{}: {} {} of the kernel is not in [1, {})", op,
          a.side, a.kernel, largest);
}

ConvAxis forward_axis(std::string_view op, const Axis& a) {
  check_axis(op, a);
  const std::int64_t reach = a.dilation * (a.kernel - 1) + 1, padded = a.size + 2 * a.padding;
  require(
      reach <= padded,
      "{}: kernel of {} {} with dilation {} reaches over {}, more than input {} with padding {}",
      op, a.side, a.kernel, a.dilation, reach, a.size, a.padding);
  return {.in = a.size,
          .kernel = a.kernel,
          .out = (padded - reach) / a.stride + 1,
          .stride = a.stride,
          .padding = a.padding,
          .dilation = a.dilation};
}

// The axis of the convolution whose gradient this is: its input is our output.
ConvAxis transposed_axis(std::string_view op, const Axis& a, std::int64_t output_padding) {
  check_axis(op, a);
  require(output_padding >= 0 && output_padding < std::max(a.stride, a.dilation),
          "{}: output_padding {} of {} must be smaller than stride {} or dilation {}", op,
          output_padding, a.side, a.stride, a.dilation);
  const std::int64_t whole =
      (a.size - 1) * a.stride + a.dilation * (a.kernel - 1) + output_padding + 1;
  require(whole > 2 * a.padding, "{}: padding {} leaves nothing of the {} {} of the result", op,
          a.padding, a.side, whole);
  require(whole - 2 * a.padding < largest, "{}: {} {} of the result is not in [1, {})", op, a.side,
          whole - 2 * a.padding, largest);
  return {.in = whole - 2 * a.padding,
          .kernel = a.kernel,
          .out = a.size,
          .stride = a.stride,
          .padding = a.padding,
          .dilation = a.dilation};
}

// `in` and `out` in the sense of the op.
void check_channels(std::string_view op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                    std::int64_t groups, std::int64_t in, std::int64_t weight_in,
                    std::int64_t out) {
  require(groups >= 1, "{}: groups {} is not positive", op, groups);
  require(in >= 1 && out >= 1 && x.dim(1) == in && in % groups == 0 && weight_in == in &&
              out % groups == 0,
          "{}: weight {} does not fit input {} in {} groups", op, weight.shape(), x.shape(),
          groups);
  require(!bias.defined() || bias.shape() == Shape{out}, "{}: bias {} does not fit weight {}", op,
          bias.defined() ? bias.shape() : Shape{}, weight.shape());
}

ConvSize checked_size(std::string_view op, const Tensor& x, const Tensor& weight,
                      const Tensor& bias, std::int64_t groups, const ConvAxis& rows,
                      const ConvAxis& cols) {
  // No product with groups: it could overflow.
  const bool divides = groups >= 1 && x.dim(1) % groups == 0;
  check_channels(op, x, weight, bias, groups, x.dim(1),
                 divides && x.dim(1) / groups == weight.dim(1) ? x.dim(1) : -1, weight.dim(0));
  return {.batch = x.dim(0),
          .in = x.dim(1),
          .out = weight.dim(0),
          .groups = groups,
          .rows = rows,
          .cols = cols};
}

void bias_backward(autograd::InputGrads& dx, const Tensor& dy) {
  if (!dx.wants(2)) return;
  const std::int64_t pixels = dy.size() / std::max<std::int64_t>(1, dy.dim(0) * dy.dim(1));
  kernels::add_channels(dx[2], dy.data(), dy.dim(0), dy.dim(1), pixels);
}

Tensor convolve(std::string_view op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                const ConvSize& n, const Shape& shape) {
  Tensor y = Tensor::uninitialized(result_shape(op, shape.dims()));
  kernels::conv_forward(y.mutable_data(), x.data(), weight.data(), bias.data_or_null(), n);
  return autograd::record(
      op, y, {x, weight, bias},
      [x = x.detach(), w = weight.detach(), n](const Tensor& dy, autograd::InputGrads& dx) {
        if (dx.wants(0)) {
          const auto [out, accumulate] = dx.slot(0);
          kernels::conv_backward_input(out, dy.data(), w.data(), accumulate, n);
        }
        if (dx.wants(1)) {
          const auto [out, accumulate] = dx.slot(1);
          kernels::conv_backward_weight(out, dy.data(), x.data(), accumulate, n);
        }
        bias_backward(dx, dy);
      });
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv& conv) {
  require(x.shape().rank() == 4 && weight.shape().rank() == 4,
          "conv2d: input {} is not [batch, in, height, width] or weight {} not [out, in / groups, "
          "height, width]",
          x.shape(), weight.shape());
  const auto axis = [&](std::size_t i, const char* side) {
    return forward_axis("conv2d",
                        {side, x.dim(2 + static_cast<int>(i)), weight.dim(2 + static_cast<int>(i)),
                         conv.stride[i], conv.padding[i], conv.dilation[i]});
  };
  const ConvSize n =
      checked_size("conv2d", x, weight, bias, conv.groups, axis(0, "height"), axis(1, "width"));
  return convolve("conv2d", x, weight, bias, n, {n.batch, n.out, n.rows.out, n.cols.out});
}

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv1d& conv) {
  require(x.shape().rank() == 3 && weight.shape().rank() == 3,
          "conv1d: input {} is not [batch, in, time] or weight {} not [out, in / groups, time]",
          x.shape(), weight.shape());
  const ConvAxis time = forward_axis(
      "conv1d", {"time", x.dim(2), weight.dim(2), conv.stride, conv.padding, conv.dilation});
  const ConvSize n =
      checked_size("conv1d", x, weight, bias, conv.groups, {.in = 1, .kernel = 1, .out = 1}, time);
  return convolve("conv1d", x, weight, bias, n, {n.batch, n.out, n.cols.out});
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose& conv) {
  constexpr std::string_view op = "conv_transpose2d";
  require(x.shape().rank() == 4 && weight.shape().rank() == 4,
          "{}: input {} is not [batch, in, height, width] or weight {} not [in, out / groups, "
          "height, width]",
          op, x.shape(), weight.shape());
  const auto axis = [&](std::size_t i, const char* side) {
    return transposed_axis(
        op,
        {side, x.dim(2 + static_cast<int>(i)), weight.dim(2 + static_cast<int>(i)), conv.stride[i],
         conv.padding[i], conv.dilation[i]},
        conv.output_padding[i]);
  };
  const ConvAxis rows = axis(0, "height"), cols = axis(1, "width");
  require(conv.groups >= 1 && conv.groups <= std::max<std::int64_t>(1, x.dim(1)),
          "{}: groups {} is not in [1, {}]", op, conv.groups, x.dim(1));
  const std::int64_t out = weight.dim(1) * conv.groups;
  check_channels(op, x, weight, bias, conv.groups, weight.dim(0), x.dim(1), out);
  // The convolution from our result to our input.
  const ConvSize n{.batch = x.dim(0),
                   .in = out,
                   .out = x.dim(1),
                   .groups = conv.groups,
                   .rows = rows,
                   .cols = cols};
  Tensor y = Tensor::uninitialized(result_shape(op, {n.batch, out, rows.in, cols.in}));
  kernels::conv_backward_input(y.mutable_data(), x.data(), weight.data(), false, n,
                               bias.data_or_null());
  return autograd::record(
      "conv_transpose2d", y, {x, weight, bias},
      [x = x.detach(), w = weight.detach(), n](const Tensor& dy, autograd::InputGrads& dx) {
        if (dx.wants(0)) {
          const auto [to, accumulate] = dx.slot(0);
          if (accumulate) {
            Tensor own = Tensor::uninitialized(x.shape());
            kernels::conv_forward(own.mutable_data(), dy.data(), w.data(), nullptr, n);
            for (std::int64_t i = 0; i < own.size(); ++i) to[i] += own.data()[i];
          } else {
            kernels::conv_forward(to, dy.data(), w.data(), nullptr, n);
          }
        }
        if (dx.wants(1)) {
          const auto [to, accumulate] = dx.slot(1);
          kernels::conv_backward_weight(to, x.data(), dy.data(), accumulate, n);
        }
        bias_backward(dx, dy);
      });
}

}  // namespace dlt::ops
