#pragma once

#include <memory>

#include "base/real.h"
#include "kernels/activation.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// One spatial axis of a convolution: y[i] = sum over k of w[k] x[stride i + dilation k - padding],
// x being 0 outside [0, in). `out` is the number of i.
struct ConvAxis {
  Size in, kernel, out;
  Size stride = 1, padding = 0, dilation = 1;
};

// x [batch, in, rows.in, cols.in], w [out, in / groups, rows.kernel, cols.kernel],
// y [batch, out, rows.out, cols.out]. Where in is 0, out or batch may not be.
struct ConvSize {
  Size batch, in, out, groups;
  ConvAxis rows, cols;
};

// All of these give the same bits for any number of threads, and none holds the matrix of all
// columns (im2col): blocks of a few rows of x are copied with their padding, and a tile of the
// product reads its columns there.

// y = activation(conv(x, w) + bias [out], if not null)
void conv_forward(real* y, const real* x, const real* w, const real* bias, const ConvSize& n,
                  Activation activation = Activation::none) noexcept;

// dx (+)= the gradient with respect to x; plus bias [in], if not null: then it is the forward
// pass of the transposed convolution.
void conv_backward_input(real* dx, const real* dy, const real* w, bool accumulate,
                         const ConvSize& n, const real* bias = nullptr) noexcept;

// dw (+)= the gradient with respect to w
void conv_backward_weight(real* dw, const real* dy, const real* x, bool accumulate,
                          const ConvSize& n) noexcept;

// The convolution of one image again and again with the same weights, which are put into the order
// of the tiles once. Channel c of the image is at x + channels[c]: nobody has to bring together
// channels that were shuffled or come from several places. The bits of conv_forward.
class PreparedConv {
 public:
  // n.batch does not count. w need not stay, bias [out] (or null) has to.
  PreparedConv(const real* w, const real* bias, const ConvSize& n, Activation activation);
  ~PreparedConv();
  PreparedConv(PreparedConv&&) noexcept;

  void operator()(real* y, const real* x, const Size* channels) const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// sums [channels] += x [batch, channels, pixels] over batch and pixels
void add_channels(real* sums, const real* x, Size batch, Size channels, Size pixels) noexcept;

}  // namespace dlt::kernels
