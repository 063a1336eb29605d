// Convolution of groups of one channel, row by row: every output is a sum over few factors, which
// for neighbouring outputs are neighbours in a padded copy of the channel (see conv_plan.h).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_depthwise.cpp"

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

constexpr Size block_numbers = Size{32} << 10;  // of the lines of a block
constexpr Size grain_numbers = Size{32} << 10;  // multiply-adds that are worth a thread

// Rows of outputs that read lines `line` apart.
struct RowArgs {
  real* y;  // the first output
  Size y_step;
  Size rows, cols;
  const real* x;
  Size line;
  Size taps;
  const Size* offsets;  // of every tap from the first output's x
  const real* weights;
  real bias;
  bool plain;  // outputs are neighbours and final, but for a rectifier
  const ConvCorrelation& d;
};

HWY_NOINLINE void write_part(const RowArgs& a, real* y, const real* sums, Size count) {
  write_run(y, sums, count, a.d.cols.step, a.d);
}

// A vector of outputs, of which the last in a row may be needed only in part.
HWY_INLINE void write_vector(const RowArgs& a, Size row, Size column, hn::Vec<Wide> v) {
  const Size left = a.cols - column;
  real* const y = a.y + row * a.y_step + column * a.d.cols.step;
  if (a.plain && left >= wide) {
    if (a.d.activation != Activation::none) v = activate(Wide(), a.d.activation, v);
    return hn::StoreU(v, Wide(), y);
  }
  HWY_ALIGN real sums[wide];
  hn::Store(v, Wide(), sums);
  write_part(a, y, sums, std::min(left, wide));
}

// The column after `column`: the last vector of a row may overlap the one before it.
HWY_INLINE Size next_column(const RowArgs& a, Size column) {
  const Size next = column + wide;
  if (next < a.cols && next + wide > a.cols && a.plain) return a.cols - wide;
  return next;
}

void any_rows(const RowArgs& a) {
  const Wide d;
  for (Size r = 0; r < a.rows; ++r) {
    for (Size j = 0; j < a.cols; j = next_column(a, j)) {
      const real* x = a.x + r * a.line + j;
      auto sum = hn::Set(d, a.bias);
      for (Size t = 0; t < a.taps; ++t)
        sum = hn::MulAdd(hn::Set(d, a.weights[t]), at(d, x, a.offsets[t]), sum);
      write_vector(a, r, j, sum);
    }
  }
}

// GCC would rather load a number again for each use, though unaligned loads are what is scarce.
HWY_INLINE void keep_in_register(hn::Vec<Wide>& v) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  asm("" : "+v"(v.raw));
#else
  (void)v;
#endif
}

// `height` rows of outputs of a side x side kernel with stride and dilation 1: a vector of x serves
// all of them. weights [side][side] in the order of x.
template <int side, int height>
HWY_INLINE void square_rows(const RowArgs& a, Size row) {
  const Wide d;
  hn::Vec<Wide> weight[side * side];
#pragma GCC unroll 32
  for (int t = 0; t < side * side; ++t) weight[t] = hn::Set(d, a.weights[t]);
  for (Size j = 0; j < a.cols; j = next_column(a, j)) {
    const real* x = a.x + row * a.line + j;
    hn::Vec<Wide> sum[height], other[height];  // two sums a row: one addition takes four cycles
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r) {
      sum[r] = hn::Set(d, a.bias);
      other[r] = hn::Zero(d);
    }
#pragma GCC unroll 16
    for (int i = 0; i < height + side - 1; ++i, x += a.line) {
#pragma GCC unroll 8
      for (int k = 0; k < side; ++k) {
        auto v = at(d, x, k);
        keep_in_register(v);
#pragma GCC unroll 8
        for (int r = 0; r < height; ++r) {
          if (i < r || i - r >= side) continue;
          hn::Vec<Wide>& to = k % 2 == 0 ? sum[r] : other[r];
          to = hn::MulAdd(weight[(i - r) * side + k], v, to);
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r) write_vector(a, row + r, j, hn::Add(sum[r], other[r]));
  }
}

template <int side>
void square(const RowArgs& a) {
  Size r = 0;
  for (; r + 4 <= a.rows; r += 4) square_rows<side, 4>(a, r);
  for (; r < a.rows; ++r) square_rows<side, 1>(a, r);
}

// The side of a square kernel whose taps are all neighbours, else 0. `order` receives each tap's
// place in the order of x.
Size square_side(const PlaneBlock& b, Size* order) {
  const auto side = static_cast<Size>(b.rows.places.size());
  if (side != static_cast<Size>(b.cols.places.size()) || (side != 3 && side != 5)) return 0;
  if (b.rows.stride != 1 || b.cols.stride != 1 || b.has_padding_taps()) return 0;
  if (b.rows.extent != b.rows.count + side - 1 || b.cols.extent != b.cols.count + side - 1)
    return 0;
  for (const auto& r : b.rows.places)
    for (const auto& c : b.cols.places) *order++ = r.shift * side + c.shift;
  return side;
}

// What all images and groups have in common at one place in them.
struct BlockPlan {
  PlaneBlock b;
  Size side;  // of a square kernel, or 0
  std::vector<Size> offsets, order;
  std::vector<real> weights;

  BlockPlan(const ConvCorrelation& d, const BlockShape& shape, Size row, Size column)
      : b{AxisBlock(d.rows, row, std::min(shape.rows, d.rows.count - row)),
          AxisBlock(d.cols, column, std::min(shape.cols, d.cols.count - column))},
        side(0),
        offsets(static_cast<std::size_t>(d.factors())),
        order(offsets.size()),
        weights(2 * offsets.size()) {
    if (d.in == 1) side = square_side(b, order.data());
    b.offsets(offsets.data(), d.in, d.in * b.plane());
  }
};

// The weights of output channel `o` of a group, in the order in which its kernel takes them.
const real* read_weights(BlockPlan& plan, const ConvCorrelation& d, Size group, Size o) {
  real* const ordered = plan.weights.data();
  real* out = ordered + plan.offsets.size();
  for (Size c = 0; c < d.in; ++c) {
    const real* w = d.w + group * d.w_group + o * d.w_out + c * d.w_in;
    for (const Tap& r : d.rows.taps)
      for (const Tap& s : d.cols.taps) *out++ = w[r.weight * d.kernel_cols + s.weight];
  }
  if (plan.side == 0) return ordered + plan.offsets.size();
  for (std::size_t k = 0; k < plan.offsets.size(); ++k)
    ordered[plan.order[k]] = ordered[plan.offsets.size() + k];
  return ordered;
}

void run_block(const ConvCorrelation& d, BlockPlan& plan, Size image, Size group, bool first) {
  const PlaneBlock& b = plan.b;
  const Size plane = b.plane(), zeros = b.pixels() + slack;
  real* const copy = workspace(Slot::a, d.in * plane + zeros);
  if (first) std::fill_n(copy, d.in * plane + zeros, real(0));  // the padding, for all that follow
  for (Size c = 0; c < d.in; ++c) copy_lines(copy + c * plane, d.channel(image, group, c), b);
  for (Size o = 0; o < d.out; ++o) {
    const Size channel = group * d.out + o;
    real* const y = d.y + (image * d.groups * d.out + channel) * d.y_rows * d.y_cols;
    const RowArgs a{y + (d.rows.start + d.rows.step * b.rows.first) * d.y_cols + d.cols.start +
                        d.cols.step * b.cols.first,
                    d.rows.step * d.y_cols,
                    b.rows.count,
                    b.cols.count,
                    copy,
                    b.line(),
                    d.factors(),
                    plan.offsets.data(),
                    read_weights(plan, d, group, o),
                    d.bias == nullptr ? real(0) : d.bias[channel],
                    d.cols.step == 1 && !d.accumulate &&
                        (d.activation == Activation::none || is_rectifier(d.activation)),
                    d};
    (plan.side == 3 ? square<3> : plan.side == 5 ? square<5> : any_rows)(a);
  }
}

void correlate_depthwise(const ConvCorrelation& d) {
  const BlockShape shape = block_shape(d.rows, d.cols, d.in, block_numbers);
  const Size work = d.out * d.factors() * shape.rows * shape.cols;
  for (Size row = 0; row < d.rows.count; row += shape.rows) {
    for (Size column = 0; column < d.cols.count; column += shape.cols) {
      parallel_for(d.batch * d.groups, std::max<Size>(1, grain_numbers / work),
                   [&](Size begin, Size end) {
                     BlockPlan plan(d, shape, row, column);
                     for (Size i = begin; i < end; ++i)
                       run_block(d, plan, i / d.groups, i % d.groups, i == begin);
                   });
    }
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {

HWY_EXPORT(correlate_depthwise);

void correlate_depthwise(const ConvCorrelation& d) noexcept {
  if (d.batch > 0) HWY_DYNAMIC_DISPATCH(correlate_depthwise)(d);
}

}  // namespace dlt::kernels
#endif
