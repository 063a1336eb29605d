// Convolution as a matrix product whose columns are never made. A block of a few rows of x is
// copied with its padding (or read in place where there is none); the outputs of the block are
// numbered along the copied lines, padding between rows included, so that every factor of
// neighbouring outputs is one vector at a fixed distance from the first output. Tiles are as in
// gemm.cpp (Goto and van de Geijn 2008), weights packed once for all blocks.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_dense.cpp"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "kernels/conv_lines-inl.h"
#include "kernels/conv_plan.h"
#include "kernels/conv_tile-inl.h"
#include "kernels/simd-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

constexpr Size max_factors = 256;  // of a tile at one time: they stay in the first-level cache
constexpr Size block_numbers = Size{96} << 10;     // of the lines of a block: 384 kB
constexpr Size in_place_pixels = 8 * tile_pixels;  // of a block that is not copied

constexpr Size ceil_div(Size x, Size unit) { return (x + unit - 1) / unit; }

// What all blocks share.
struct Dense {
  const ConvCorrelation& d;
  const real* packed;  // w: [group][panel][factor][channel of the panel]
  Size factors;        // of one output
  Size depth;          // factors of a tile at one time
  Size panels;         // of output channels in a group
  BlockShape block;
  bool in_place;
  Size parts;  // of the panels: where blocks are few, threads share one

  Size panel_begin(Size p) const { return p * d.out / panels; }
  Size row_blocks() const { return ceil_div(d.rows.count, block.rows); }
  Size column_blocks() const { return ceil_div(d.cols.count, block.cols); }
  Size blocks() const { return d.batch * d.groups * row_blocks() * column_blocks(); }
  Size part_begin(Size part) const { return part * panels / parts; }
};

void pack_weights(real* to, const Dense& s, Size begin, Size end) {
  const ConvCorrelation& d = s.d;
  for (Size i = begin; i < end; ++i) {
    const Size group = i / s.panels, first = s.panel_begin(i % s.panels);
    const Size channels = s.panel_begin(i % s.panels + 1) - first;
    real* HWY_RESTRICT out = to + (group * d.out + first) * s.factors;
    const real* w = d.w + group * d.w_group + first * d.w_out;
    for (Size c = 0; c < d.in; ++c, w += d.w_in) {
      for (const Tap& row : d.rows.taps) {
        for (const Tap& column : d.cols.taps) {
          const real* from = w + row.weight * d.kernel_cols + column.weight;
          if (d.w_out == 1) {
            copy_exactly(out, from, channels);
          } else {
            for (Size o = 0; o < channels; ++o) out[o] = from[o * d.w_out];
          }
          out += channels;
        }
      }
    }
  }
}

// One tile's way to y: the runs of its pixels that are outputs.
struct Run {
  Size from, count;
  Size to;  // in a channel of y
};

// Pixels [p, p + tile_pixels) of a block.
Size find_runs(Run* runs, const ConvCorrelation& d, const PlaneBlock& b, Size p) {
  Size found = 0;
  const Size stop = std::min(p + tile_pixels, b.pixels());
  for (Size i = p; i < stop;) {
    const Size row = i / b.line(), column = i % b.line();
    const Size next = std::min(stop, (row + 1) * b.line());
    const Size count = std::min(next - i, b.cols.count - column);
    if (count > 0) {
      runs[found++] = {i - p, count,
                       (d.rows.start + d.rows.step * (b.rows.first + row)) * d.y_cols +
                           d.cols.start + d.cols.step * (b.cols.first + column)};
    }
    i = next;
  }
  return found;
}

// One block at work.
struct BlockWork {
  const Dense& s;
  PlaneBlock b;
  Size group;
  Size first_panel, last_panel;   // [first, last)
  real* y;                        // of the group's first channel
  const real* x;                  // where the offsets start
  const Size *offsets, *compact;  // of the block, of `edge`
  real *sums, *edge;              // [out][tile_pixels], [factors][tile_pixels]
};

// All channels of the tile at pixel p: the sums go to `to`.
void multiply_tiles(const BlockWork& t, real* to, Size to_step, Size p, bool narrow, bool from_y,
                    Activation at_last) {
  const Dense& s = t.s;
  const bool edge = t.edge != nullptr && p + (narrow ? 1 : 2) * wide > t.b.pixels();
  if (edge) {  // a tile in place would read behind the end of x
    for (Size k = 0; k < s.factors; ++k)
      for (Size j = 0; j < t.b.pixels() - p; ++j)
        t.edge[k * tile_pixels + j] = t.x[t.offsets[k] + p + j];
  }
  ConvTile tile{};
  tile.x = edge ? t.edge : t.x + p;
  tile.y_step = to_step;
  for (Size k = 0; k < s.factors; k += s.depth) {
    tile.depth = std::min(s.depth, s.factors - k);
    tile.offsets = (edge ? t.compact : t.offsets) + k;
    tile.add = from_y || k > 0;
    tile.activation = k + tile.depth == s.factors ? at_last : Activation::none;
    for (Size panel = t.first_panel; panel < t.last_panel; ++panel) {
      const Size first = s.panel_begin(panel), channels = s.panel_begin(panel + 1) - first;
      const Size channel = t.group * s.d.out + first;
      tile.w = s.packed + channel * s.factors + k * channels;
      tile.bias = s.d.bias == nullptr ? nullptr : s.d.bias + channel;
      tile.y = to + first * to_step;
      (narrow ? conv_tile_function<1> : conv_tile_function<2>)(channels)(tile);
    }
  }
}

void run_block(const BlockWork& t) {
  const ConvCorrelation& d = t.s.d;
  const Size pixels = t.b.pixels(), y_plane = d.y_rows * d.y_cols;
  Run runs[tile_pixels];
  const bool direct =
      d.activation == Activation::none || (is_rectifier(d.activation) && !d.accumulate);
  for (Size p = 0; p < pixels; p += tile_pixels) {
    const bool narrow = pixels - p <= wide;
    if (t.s.in_place && direct && pixels - p >= (narrow ? 1 : 2) * wide) {
      multiply_tiles(t, t.y + t.b.cols.first + p, y_plane, p, narrow, d.accumulate, d.activation);
      continue;
    }
    multiply_tiles(t, t.sums, tile_pixels, p, narrow, false, Activation::none);
    const Size count = find_runs(runs, d, t.b, p);
    for (Size o = t.s.panel_begin(t.first_panel); o < t.s.panel_begin(t.last_panel); ++o)
      for (Size r = 0; r < count; ++r)
        write_run(t.y + o * y_plane + runs[r].to, t.sums + o * tile_pixels + runs[r].from,
                  runs[r].count, d.cols.step, d);
  }
}

// Blocks [begin, end), numbered by image, group, rows, columns, part of the panels.
void run_blocks(const Dense& s, Size begin, Size end) {
  const ConvCorrelation& d = s.d;
  const Size y_plane = d.y_rows * d.y_cols;
  std::vector<Size> offsets(static_cast<std::size_t>(s.factors)), compact;
  for (Size k = 0; k < (s.in_place ? s.factors : 0); ++k) compact.push_back(k * tile_pixels);
  for (Size i = begin; i < end; ++i) {
    const Size at = i / s.parts, image_group = at / (s.row_blocks() * s.column_blocks());
    const Size row = at / s.column_blocks() % s.row_blocks() * s.block.rows;
    const Size column = at % s.column_blocks() * s.block.cols;
    const Size image = image_group / d.groups, group = image_group % d.groups;
    BlockWork t{s,
                {AxisBlock(d.rows, row, std::min(s.block.rows, d.rows.count - row)),
                 AxisBlock(d.cols, column, std::min(s.block.cols, d.cols.count - column))},
                group,
                s.part_begin(i % s.parts),
                s.part_begin(i % s.parts + 1),
                d.y + image_group * d.out * y_plane,
                d.channel(image, group, 0),
                offsets.data(),
                compact.data(),
                nullptr,
                nullptr};
    const Size plane = s.in_place ? 0 : t.b.plane(), zeros = t.b.pixels() + tile_pixels + slack;
    real* const block =
        workspace(Slot::a, d.out * tile_pixels +
                               (s.in_place ? s.factors * tile_pixels : d.in * plane + zeros));
    t.sums = block;
    if (s.in_place) {
      t.edge = block + d.out * tile_pixels;
      for (Size k = 0; k < s.factors; ++k)
        offsets[static_cast<std::size_t>(k)] = d.channel(image, group, k) - t.x + t.b.cols.first;
    } else {
      real* const copy = block + d.out * tile_pixels;
      t.b.offsets(offsets.data(), d.in, d.in * plane);
      for (Size c = 0; c < d.in; ++c) copy_plane(copy + c * plane, d.channel(image, group, c), t.b);
      if (t.b.has_padding_taps()) std::fill_n(copy + d.in * plane, zeros, real(0));
      t.x = copy;
    }
    run_block(t);
  }
}

Dense shared(const ConvCorrelation& d) {
  Dense s{d, d.packed, d.factors(), 0, ceil_div(d.out, tile_channels), {}, false, 1};
  s.depth =
      std::max<Size>(1, ceil_div(s.factors, std::max<Size>(1, ceil_div(s.factors, max_factors))));
  return s;
}

void pack_dense(real* packed, const ConvCorrelation& d) {
  pack_weights(packed, shared(d), 0, d.groups * ceil_div(d.out, tile_channels));
}

void correlate_dense(const ConvCorrelation& d) {
  Dense s = shared(d);
  s.in_place = d.rows.count == 1 && d.rows.reads_all() && d.cols.reads_all();
  s.block = s.in_place ? BlockShape{1, in_place_pixels}
                       : block_shape(d.rows, d.cols, d.in, block_numbers);
  const bool parallel =
      d.batch * d.groups * d.out * s.factors * d.rows.count * d.cols.count >= Size{1} << 20;
  if (parallel && threads() > 1) s.parts = std::min(s.panels, ceil_div(4 * threads(), s.blocks()));
  const auto share = [&](Size count, const auto& f) {
    parallel_for(count, parallel ? 1 : count, f);
  };
  if (s.packed == nullptr) {
    real* const packed = workspace(Slot::b, d.groups * d.out * s.factors + 1);
    share(d.groups * s.panels, [&](Size begin, Size end) { pack_weights(packed, s, begin, end); });
    s.packed = packed;
  }
  share(s.blocks() * s.parts, [&](Size begin, Size end) { run_blocks(s, begin, end); });
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dlt::kernels {

HWY_EXPORT(correlate_dense);
HWY_EXPORT(pack_dense);

void correlate_dense(const ConvCorrelation& d) noexcept {
  if (d.batch > 0 && d.out > 0) HWY_DYNAMIC_DISPATCH(correlate_dense)(d);
}

void pack_dense(real* packed, const ConvCorrelation& d) noexcept {
  HWY_DYNAMIC_DISPATCH(pack_dense)(packed, d);
}

}  // namespace dlt::kernels
#endif
