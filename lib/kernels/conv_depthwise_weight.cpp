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

struct ChannelSource {
  const real *dy, *x;  // of one image and channel of x
};

// `columns` taps at a time; the last ones twice rather than fewer.
template <int columns>
void add_dots(real* dw, const real* dy, const real* x, const real* zeros,
              const std::vector<Size>& offsets, Size length) {
  const auto taps = static_cast<Size>(offsets.size());
  for (Size k = 0; k < taps; k += columns) {
    const Size count = std::min<Size>(columns, taps - k);
    const real* rows[columns];
    for (Size j = 0; j < columns; ++j) {
      const Size offset = offsets[static_cast<std::size_t>(k + std::min(j, count - 1))];
      rows[j] = offset < 0 ? zeros : x + offset;
    }
    HWY_ALIGN real sums[whole_fours(columns)];
    dot_tile<1, columns>(sums, &dy, rows, length);
    for (Size j = 0; j < count; ++j) dw[k + j] += sums[j];
  }
}

// What all images and channels have in common at one place in them.
struct WeightBlock {
  PlaneBlock b;
  std::vector<Size> offsets;  // of every tap; -1: padding
};

// dw [multiplier][taps] += one block of one image and channel of x.
void add_block(real* dw, const ChannelSource& s, const ConvSize& n, const WeightBlock& plan,
               bool first) {
  const PlaneBlock& b = plan.b;
  const Size length = ceil_div(b.pixels(), wide) * wide, plane = b.plane(), zeros = length + slack;
  const Size all = plane + zeros + b.rows.count * b.line() + wide + slack;
  real* const x = workspace(Slot::a, all);
  real* const dy = x + plane + zeros;
  if (first) std::fill_n(x, all, real(0));  // the padding, for all that follow
  copy_lines(x, s.x, b);
  const auto taps = static_cast<Size>(plan.offsets.size());
  for (Size m = 0; m < n.out / n.groups; ++m) {
    copy_outputs(dy, s.dy + m * n.rows.out * n.cols.out, n.cols.out, b);
    (taps == 25 ? add_dots<25> : add_dots<9>)(dw + m * taps, dy, x, x + plane, plan.offsets,
                                              length);
  }
}

void weight_gradient_depthwise(real* dw, const real* dy, const real* x, bool accumulate,
                               const ConvSize& n) {
  const Correlation rows = forward_axis(n.rows), cols = forward_axis(n.cols);
  const BlockShape shape = block_shape(rows, cols, 2, block_numbers);
  const Size multiplier = n.out / n.groups, weights = multiplier * n.rows.kernel * n.cols.kernel;
  const Size x_plane = n.rows.in * n.cols.in, dy_plane = n.rows.out * n.cols.out;
  if (!accumulate) std::fill_n(dw, n.groups * weights, real(0));
  for (Size r = 0; r < rows.count; r += shape.rows) {
    for (Size c = 0; c < cols.count; c += shape.cols) {
      WeightBlock plan{{AxisBlock(rows, r, std::min(shape.rows, rows.count - r)),
                        AxisBlock(cols, c, std::min(shape.cols, cols.count - c))},
                       std::vector<Size>(static_cast<std::size_t>(weights / multiplier))};
      plan.b.offsets(plan.offsets.data(), 1, -1);
      parallel_for(n.groups, 1, [&](Size begin, Size end) {
        for (Size i = begin * n.batch; i < end * n.batch; ++i) {
          const Size group = i / n.batch, image = i % n.batch;
          add_block(dw + group * weights,
                    {dy + (image * n.out + group * multiplier) * dy_plane,
                     x + (image * n.in + group) * x_plane},
                    n, plan, i == begin * n.batch);
        }
      });
    }
  }
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
