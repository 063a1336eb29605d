// The gradient of the weights of a depthwise convolution: for every channel, dot products of its
// lines of dy with shifted lines of x. Images and blocks are added in order.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_depthwise_weight.cpp"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "kernels/conv_dot-inl.h"
#include "kernels/conv_lines-inl.h"
#include "kernels/conv_plan.h"
#include "kernels/simd-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

constexpr Size block_numbers = Size{32} << 10;

constexpr Size ceil_div(Size x, Size unit) { return (x + unit - 1) / unit; }

struct Source {
  const real *dy, *x;  // of one image and channel of x
  const real *dy_end, *x_end;
};

// `columns` taps at a time; the last ones twice rather than fewer.
template <int columns>
void add_dots(real* dw, const real* dy, const real* x, const real* zeros,
              const std::vector<Size>& offsets, Size length) {
  constexpr int padded = (columns + 3) / 4 * 4;
  const auto taps = static_cast<Size>(offsets.size());
  for (Size k = 0; k < taps; k += columns) {
    const Size count = std::min<Size>(columns, taps - k);
    const real* rows[columns];
    for (Size j = 0; j < columns; ++j) {
      const Size offset = offsets[static_cast<std::size_t>(k + std::min(j, count - 1))];
      rows[j] = offset < 0 ? zeros : x + offset;
    }
    HWY_ALIGN real sums[padded];
    dot_tile<1, columns>(sums, &dy, rows, length);
    for (Size j = 0; j < count; ++j) dw[k + j] += sums[j];
  }
}

// dw [multiplier][taps] += one block of one image and channel of x.
void add_block(real* dw, const Source& s, const ConvSize& n, const PlaneBlock& b) {
  const Size length = ceil_div(b.pixels(), wide) * wide, plane = b.plane(), zeros = length + slack;
  real* const x = workspace(Slot::a, plane + zeros + b.rows.count * b.line() + wide + slack);
  real* const dy = x + plane + zeros;
  copy_plane(x, s.x, b, s.x_end);
  if (b.has_padding_taps()) std::fill_n(x + plane, zeros, real(0));
  const Size taps = n.rows.kernel * n.cols.kernel;
  std::vector<Size> offsets(static_cast<std::size_t>(taps));
  b.offsets(offsets.data(), 1, -1);
  for (Size m = 0; m < n.out / n.groups; ++m) {
    copy_outputs(dy, s.dy + m * n.rows.out * n.cols.out, n.cols.out, b, s.dy_end);
    (taps == 25 ? add_dots<25> : add_dots<9>)(dw + m * taps, dy, x, x + plane, offsets, length);
  }
}

void weight_gradient_depthwise(real* dw, const real* dy, const real* x, bool accumulate,
                               const ConvSize& n) {
  const Correlation rows = forward_axis(n.rows), cols = forward_axis(n.cols);
  const BlockShape shape = block_shape(rows, cols, 2, block_numbers);
  const Size multiplier = n.out / n.groups, weights = multiplier * n.rows.kernel * n.cols.kernel;
  const Size x_plane = n.rows.in * n.cols.in, dy_plane = n.rows.out * n.cols.out;
  const auto channel = [&](Size g) {
    if (!accumulate) std::fill_n(dw + g * weights, weights, real(0));
    for (Size image = 0; image < n.batch; ++image) {
      const Source source{dy + (image * n.out + g * multiplier) * dy_plane,
                          x + (image * n.in + g) * x_plane, dy + n.batch * n.out * dy_plane,
                          x + n.batch * n.in * x_plane};
      for (Size r = 0; r < rows.count; r += shape.rows)
        for (Size c = 0; c < cols.count; c += shape.cols)
          add_block(dw + g * weights, source, n,
                    {AxisBlock(rows, r, std::min(shape.rows, rows.count - r)),
                     AxisBlock(cols, c, std::min(shape.cols, cols.count - c))});
    }
  };
  parallel_for(n.groups, 1, [&](Size begin, Size end) {
    for (Size g = begin; g < end; ++g) channel(g);
  });
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {

HWY_EXPORT(weight_gradient_depthwise);

void weight_gradient_depthwise(real* dw, const real* dy, const real* x, bool accumulate,
                               const ConvSize& n) noexcept {
  HWY_DYNAMIC_DISPATCH(weight_gradient_depthwise)(dw, dy, x, accumulate, n);
}

}  // namespace dlt::kernels
#endif
