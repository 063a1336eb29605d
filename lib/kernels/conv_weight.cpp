// The gradient of a convolution's weights as dot products along the pixels: dw[o, k] is dy's
// channel o times the x that factor k reads, shifted, both in lines of the same length (see
// conv_plan.h), so neither is transposed and no matrix of columns exists. Images and blocks are
// added in order.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_weight.cpp"

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

// As many sums as fit in the registers beside a vector of each row.
constexpr int dot_rows = HWY_TARGET == HWY_AVX2 ? 3 : 4;
constexpr int dot_columns = HWY_TARGET == HWY_AVX2 ? 4 : 6;
constexpr Size dot_rest = 2;  // columns at one time where fewer than dot_columns are left
constexpr Size block_numbers = Size{256} << 10;  // of the lines of x and dy in a block: 1 MB
constexpr Size wanted_items = 16;                // enough for every thread to have some

constexpr Size ceil_div(Size x, Size unit) { return (x + unit - 1) / unit; }

struct Weights {
  real* dw;
  Size in, out, groups, factors;          // in and out: channels of a group
  Size row_tiles, column_parts, columns;  // columns: of a part

  Size items() const { return groups * row_tiles * column_parts; }
};

// Lines of one block of one image.
struct Lines {
  const real *x, *dy, *zeros;
  Size x_plane, dy_plane, length;  // length: of a dot product, in whole vectors
  const Size* offsets;             // of the factors of a group; -1: zeros
  bool add;                        // to what dw holds
};

// dw's rows [row, row + rows) of a group, factors [k, k + count): count <= columns.
template <int columns>
HWY_INLINE void multiply_tile(const Weights& w, const Lines& l, Size group, Size row, Size k,
                              Size count) {
  const Size rows = std::min<Size>(dot_rows, w.out - row);
  const real *y[dot_rows], *x[columns];
  for (Size i = 0; i < dot_rows; ++i)
    y[i] = l.dy + (group * w.out + row + std::min(i, rows - 1)) * l.dy_plane;
  for (Size j = 0; j < columns; ++j) {
    const Size offset = l.offsets[k + std::min(j, count - 1)];
    x[j] = offset < 0 ? l.zeros : l.x + group * w.in * l.x_plane + offset;
  }
  HWY_ALIGN real sums[whole_fours(dot_rows * columns)];
  dot_tile<dot_rows, columns>(sums, y, x, l.length);
  for (Size i = 0; i < rows; ++i) {
    real* const out = w.dw + (group * w.out + row + i) * w.factors + k;
    const real* const from = sums + i * columns;
    for_exactly(count, [&](auto d, Size j) {
      put(d, out, j, l.add ? hn::Add(at(d, out, j), at(d, from, j)) : at(d, from, j));
    });
  }
}

void multiply_item(const Weights& w, const Lines& l, Size item) {
  const Size group = item / (w.row_tiles * w.column_parts);
  const Size row = item / w.column_parts % w.row_tiles * dot_rows;
  Size k = item % w.column_parts * w.columns;
  const Size end = std::min(k + w.columns, w.factors);
  for (; k + dot_columns <= end; k += dot_columns)
    multiply_tile<dot_columns>(w, l, group, row, k, dot_columns);
  for (; k < end; k += dot_rest)
    multiply_tile<dot_rest>(w, l, group, row, k, std::min(dot_rest, end - k));
}

// 1x1 with whole vectors of pixels: the images are lines already.
void multiply_in_place(const Weights& w, const real* dy, const real* x, bool accumulate,
                       const ConvSize& n, Size begin, Size end) {
  std::vector<Size> offsets;
  for (Size c = 0; c < w.in; ++c) offsets.push_back(c * n.cols.in);
  for (Size image = 0; image < n.batch; ++image) {
    const Lines l{x + image * n.in * n.cols.in,
                  dy + image * n.out * n.cols.out,
                  nullptr,
                  n.cols.in,
                  n.cols.out,
                  n.cols.out,
                  offsets.data(),
                  accumulate || image > 0};
    for (Size item = begin; item < end; ++item) multiply_item(w, l, item);
  }
}

struct Source {
  const real *dy, *x;  // of an image
};

// One block of one image: copies its lines, then multiplies them.
template <class Share>
void multiply_block(const Weights& w, const Source& s, const ConvSize& n, const PlaneBlock& b,
                    bool add, const Share& share) {
  const Size length = ceil_div(b.pixels(), wide) * wide, plane = b.plane();
  const Size dy_plane = b.rows.count * b.line() + wide, zeros = length + slack;
  real* const x = workspace(Slot::b, n.in * plane + zeros + n.out * dy_plane + slack);
  real* const dy = x + n.in * plane + zeros;
  share(n.in, [&](Size begin, Size end) {
    for (Size c = begin; c < end; ++c)
      copy_plane(x + c * plane, s.x + c * n.rows.in * n.cols.in, b);
  });
  std::fill_n(x + n.in * plane, zeros, real(0));
  share(n.out, [&](Size begin, Size end) {
    for (Size o = begin; o < end; ++o) {
      std::fill_n(dy + o * dy_plane, dy_plane, real(0));
      copy_outputs(dy + o * dy_plane, s.dy + o * n.rows.out * n.cols.out, n.cols.out, b);
    }
  });
  std::vector<Size> offsets(static_cast<std::size_t>(w.factors));
  b.offsets(offsets.data(), w.in, -1);
  const Lines l{x, dy, x + n.in * plane, plane, dy_plane, length, offsets.data(), add};
  share(w.items(), [&](Size begin, Size end) {
    for (Size item = begin; item < end; ++item) multiply_item(w, l, item);
  });
}

void weight_gradient_dense(real* dw, const real* dy, const real* x, bool accumulate,
                           const ConvSize& n) {
  const Correlation rows = forward_axis(n.rows), cols = forward_axis(n.cols);
  Weights w{dw, n.in / n.groups, n.out / n.groups, n.groups, 0, 0, 1, 0};
  w.factors = w.in * n.rows.kernel * n.cols.kernel;
  w.row_tiles = ceil_div(w.out, dot_rows);
  const Size tiles = ceil_div(w.factors, dot_columns);
  w.columns = ceil_div(tiles, ceil_div(wanted_items, w.groups * w.row_tiles)) * dot_columns;
  w.column_parts = ceil_div(w.factors, w.columns);
  const bool parallel = n.out * w.factors * n.rows.out * n.cols.out >= Size{1} << 18;
  const auto share = [&](Size count, const auto& f) {
    parallel_for(count, parallel ? 1 : count, f);
  };
  if (n.rows.in == 1 && rows.reads_all() && cols.reads_all() && n.cols.in % wide == 0) {
    return share(w.items(), [&](Size begin, Size end) {
      multiply_in_place(w, dy, x, accumulate, n, begin, end);
    });
  }
  const BlockShape shape = block_shape(rows, cols, n.in + n.out, block_numbers);
  const Size x_image = n.in * n.rows.in * n.cols.in, y_image = n.out * n.rows.out * n.cols.out;
  for (Size image = 0; image < n.batch; ++image) {
    const Source source{dy + image * y_image, x + image * x_image};
    for (Size r = 0; r < rows.count; r += shape.rows) {
      for (Size c = 0; c < cols.count; c += shape.cols) {
        const PlaneBlock b{AxisBlock(rows, r, std::min(shape.rows, rows.count - r)),
                           AxisBlock(cols, c, std::min(shape.cols, cols.count - c))};
        multiply_block(w, source, n, b, accumulate || image + r + c > 0, share);
      }
    }
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {

HWY_EXPORT(weight_gradient_dense);

void weight_gradient_dense(real* dw, const real* dy, const real* x, bool accumulate,
                           const ConvSize& n) noexcept {
  HWY_DYNAMIC_DISPATCH(weight_gradient_dense)(dw, dy, x, accumulate, n);
}

}  // namespace dlt::kernels
#endif
