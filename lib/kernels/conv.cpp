#include "kernels/conv.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "kernels/conv_plan.h"
#include "kernels/softmax.h"

namespace dlt::kernels {
namespace {

bool is_pointwise(const ConvAxis& a) { return a.kernel == 1 && a.stride == 1 && a.padding == 0; }

// 1x1 convolutions see an image as one row.
ConvSize flattened(ConvSize n) {
  if (!is_pointwise(n.rows) || !is_pointwise(n.cols)) return n;
  n.cols.in = n.cols.out = n.rows.in * n.cols.in;
  n.rows.in = n.rows.out = 1;
  return n;
}

bool is_depthwise(const ConvSize& n) { return n.groups == n.in && n.in > 1; }

// The forward pass, without its x and y.
ConvCorrelation forward(const real* w, const real* bias, const ConvSize& n, Activation activation) {
  const Size in = n.in / n.groups, out = n.out / n.groups;
  const Size kernel = n.rows.kernel * n.cols.kernel;
  return {.y = nullptr,
          .x = nullptr,
          .w = w,
          .bias = bias,
          .batch = n.batch,
          .groups = n.groups,
          .in = in,
          .out = out,
          .w_group = out * in * kernel,
          .w_out = in * kernel,
          .w_in = kernel,
          .kernel_cols = n.cols.kernel,
          .rows = forward_axis(n.rows),
          .cols = forward_axis(n.cols),
          .y_rows = n.rows.out,
          .y_cols = n.cols.out,
          .accumulate = false,
          .activation = activation};
}

void correlate(const ConvCorrelation& d, bool depthwise) {
  (depthwise ? correlate_depthwise : correlate_dense)(d);
}

// x [batch, channels, plane] = bias, or 0.
void fill_channels(real* x, const real* bias, Size batch, Size channels, Size plane) {
  for (Size i = 0; i < batch * channels; ++i)
    std::fill_n(x + i * plane, plane, bias == nullptr ? real(0) : bias[i % channels]);
}

}  // namespace

void conv_forward(real* y, const real* x, const real* w, const real* bias, const ConvSize& size,
                  Activation activation) noexcept {
  const ConvSize n = flattened(size);
  ConvCorrelation d = forward(w, bias, n, activation);
  d.y = y;
  d.x = x;
  correlate(d, is_depthwise(n));
}

struct PreparedConv::Impl {
  ConvCorrelation d;
  bool depthwise;
  std::vector<real> weights;  // in the order of the tiles; as they were where there are none
};

PreparedConv::PreparedConv(const real* w, const real* bias, const ConvSize& size,
                           Activation activation) {
  ConvSize n = flattened(size);
  n.batch = 1;
  impl_ = std::make_unique<Impl>(Impl{forward(w, bias, n, activation), is_depthwise(n), {}});
  ConvCorrelation& d = impl_->d;
  impl_->weights.resize(static_cast<std::size_t>(d.groups * d.out * d.factors()));
  if (impl_->depthwise) {
    std::copy_n(w, impl_->weights.size(), impl_->weights.data());
    d.w = impl_->weights.data();
  } else {
    pack_dense(impl_->weights.data(), d);
    d.packed = impl_->weights.data();
  }
}

PreparedConv::~PreparedConv() = default;
PreparedConv::PreparedConv(PreparedConv&&) noexcept = default;

void PreparedConv::operator()(real* y, const real* x, const Size* channels) const noexcept {
  ConvCorrelation d = impl_->d;
  d.y = y;
  d.x = x;
  d.channels = channels;
  correlate(d, impl_->depthwise);
}

void conv_backward_input(real* dx, const real* dy, const real* w, bool accumulate,
                         const ConvSize& size, const real* bias) noexcept {
  const ConvSize n = flattened(size);
  const Size in = n.in / n.groups, out = n.out / n.groups;
  const Size kernel = n.rows.kernel * n.cols.kernel;
  const auto rows = backward_axes(n.rows), cols = backward_axes(n.cols);
  const auto covers = [](const std::vector<Correlation>& axes, const ConvAxis& a) {
    return static_cast<Size>(axes.size()) == std::min(a.stride, a.in);
  };
  if (!accumulate && !(covers(rows, n.rows) && covers(cols, n.cols)))
    fill_channels(dx, bias, n.batch, n.in, n.rows.in * n.cols.in);
  for (const Correlation& r : rows) {
    for (const Correlation& c : cols) {
      correlate({.y = dx,
                 .x = dy,
                 .w = w,
                 .bias = bias,
                 .batch = n.batch,
                 .groups = n.groups,
                 .in = out,
                 .out = in,
                 .w_group = out * in * kernel,
                 .w_out = kernel,
                 .w_in = in * kernel,
                 .kernel_cols = n.cols.kernel,
                 .rows = r,
                 .cols = c,
                 .y_rows = n.rows.in,
                 .y_cols = n.cols.in,
                 .accumulate = accumulate,
                 .activation = Activation::none},
                is_depthwise(n));
    }
  }
}

void conv_backward_weight(real* dw, const real* dy, const real* x, bool accumulate,
                          const ConvSize& size) noexcept {
  const ConvSize n = flattened(size);
  if (n.batch == 0) {
    if (!accumulate)
      std::fill_n(dw, n.out * n.in / n.groups * n.rows.kernel * n.cols.kernel, real(0));
    return;
  }
  (is_depthwise(n) ? weight_gradient_depthwise : weight_gradient_dense)(dw, dy, x, accumulate, n);
}

void add_channels(real* sums, const real* x, Size batch, Size channels, Size pixels) noexcept {
  parallel_each(channels, batch * pixels / 4, [=](Size c) {
    for (Size image = 0; image < batch; ++image) {
      sums[c] += sum(x + (image * channels + c) * pixels, pixels);
    }
  });
}

}  // namespace dlt::kernels
