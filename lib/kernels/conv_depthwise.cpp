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

constexpr Size ceil_div(Size x, Size unit) { return (x + unit - 1) / unit; }

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
  const ConvCorrelation& d;
};

// A vector of outputs, of which the last row may need only a part.
HWY_INLINE void write_vector(const RowArgs& a, Size row, Size column, hn::Vec<Wide> v) {
  const Size left = a.cols - column;
  real* const y = a.y + row * a.y_step + column * a.d.cols.step;
  if (left >= wide && a.d.cols.step == 1 && !a.d.accumulate && a.d.activation == Activation::none) {
    return hn::StoreU(v, Wide(), y);
  }
  HWY_ALIGN real sums[wide];
  hn::Store(v, Wide(), sums);
  write_run(y, sums, std::min(left, wide), a.d.cols.step, a.d);
}

// The column after `column`: the last vector of a row may overlap the one before it.
HWY_INLINE Size next_column(const RowArgs& a, Size column) {
  const Size next = column + wide;
  if (next < a.cols && next + wide > a.cols && !a.d.accumulate) return a.cols - wide;
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
    hn::Vec<Wide> sum[height];
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r) sum[r] = hn::Set(d, a.bias);
#pragma GCC unroll 16
    for (int i = 0; i < height + side - 1; ++i, x += a.line) {
#pragma GCC unroll 8
      for (int k = 0; k < side; ++k) {
        const auto v = at(d, x, k);
#pragma GCC unroll 8
        for (int r = 0; r < height; ++r) {
          if (i - r >= 0 && i - r < side)
            sum[r] = hn::MulAdd(weight[(i - r) * side + k], v, sum[r]);
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r) write_vector(a, row + r, j, sum[r]);
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

// A block of one image and group.
struct Part {
  Size image, group, row, column;
};

// Scratch of one thread, for all its blocks.
struct Tables {
  std::vector<Size> offsets, order;
  std::vector<real> weights;
};

void read_weights(real* out, const ConvCorrelation& d, Size group, Size o) {
  for (Size c = 0; c < d.in; ++c) {
    const real* w = d.w + group * d.w_group + o * d.w_out + c * d.w_in;
    for (const Tap& r : d.rows.taps)
      for (const Tap& s : d.cols.taps) *out++ = w[r.weight * d.kernel_cols + s.weight];
  }
}

void run_block(const ConvCorrelation& d, const Part& p, const PlaneBlock& b, Tables& t) {
  const Size x_plane = d.rows.in * d.cols.in, plane = b.plane(), zeros = b.pixels() + slack;
  real* const copy = workspace(Slot::a, d.in * plane + zeros);
  const real* const end = d.x + d.batch * d.groups * d.in * x_plane;
  for (Size c = 0; c < d.in; ++c)
    copy_plane(copy + c * plane, d.x + ((p.image * d.groups + p.group) * d.in + c) * x_plane, b,
               end);
  if (b.has_padding_taps()) std::fill_n(copy + d.in * plane, zeros, real(0));
  const Size side = d.in == 1 ? square_side(b, t.order.data()) : 0;
  if (side == 0) b.offsets(t.offsets.data(), d.in, d.in * plane);
  const Size factors = d.factors();
  for (Size o = 0; o < d.out; ++o) {
    const Size channel = p.group * d.out + o;
    real* const weights = t.weights.data();
    read_weights(weights + (side > 0 ? factors : 0), d, p.group, o);
    for (Size k = 0; side > 0 && k < factors; ++k)
      weights[t.order[static_cast<std::size_t>(k)]] = weights[factors + k];
    real* const y = d.y + (p.image * d.groups * d.out + channel) * d.y_rows * d.y_cols;
    const RowArgs a{
        y + (d.rows.start + d.rows.step * p.row) * d.y_cols + d.cols.start + d.cols.step * p.column,
        d.rows.step * d.y_cols,
        b.rows.count,
        b.cols.count,
        copy,
        b.line(),
        factors,
        t.offsets.data(),
        weights,
        d.bias == nullptr ? real(0) : d.bias[channel],
        d};
    (side == 3 ? square<3> : side == 5 ? square<5> : any_rows)(a);
  }
}

void correlate_depthwise(const ConvCorrelation& d) {
  const auto factors = static_cast<std::size_t>(d.factors());
  const BlockShape shape = block_shape(d.rows, d.cols, d.in, block_numbers);
  const Size row_blocks = ceil_div(d.rows.count, shape.rows);
  const Size column_blocks = ceil_div(d.cols.count, shape.cols);
  const Size work = d.out * d.factors() * shape.rows * shape.cols;
  parallel_for(
      d.batch * d.groups * row_blocks * column_blocks, std::max<Size>(1, grain_numbers / work),
      [&](Size begin, Size end) {
        Tables t{std::vector<Size>(factors), std::vector<Size>(factors),
                 std::vector<real>(2 * factors)};
        for (Size i = begin; i < end; ++i) {
          const Size part = i / (row_blocks * column_blocks);
          const Part p{part / d.groups, part % d.groups,
                       i / column_blocks % row_blocks * shape.rows, i % column_blocks * shape.cols};
          run_block(d, p,
                    {AxisBlock(d.rows, p.row, std::min(shape.rows, d.rows.count - p.row)),
                     AxisBlock(d.cols, p.column, std::min(shape.cols, d.cols.count - p.column))},
                    t);
        }
      });
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
