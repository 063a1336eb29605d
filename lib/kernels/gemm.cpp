// Matrix product in the manner of Goto and van de Geijn (2008) and BLIS (Van Zee and van de Geijn,
// 2015). B is packed into panels of tile_columns, shared by all threads; each thread packs blocks
// of A for itself. A K block of a column block of B stays in the second-level cache while panels
// of A, tile_rows high, pass by. K blocks depend on k alone, tiles do not share sums, and edges run
// through the same code as the inside: an element's bits depend neither on the number of threads
// nor on where in C it lies.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm.cpp"

#include "kernels/gemm.h"

#include <algorithm>

#include "base/parallel.h"
#include "kernels/gemm_pack-inl.h"
#include "kernels/gemm_tile-inl.h"
#include "kernels/gemv.h"
#include "kernels/simd-inl.h"
#include "kernels/workspace.h"

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

constexpr Size up(Size x, Size unit) { return (x + unit - 1) / unit * unit; }
constexpr Size parts(Size x, Size unit) { return (x + unit - 1) / unit; }

constexpr Size block_columns = 16 * tile_columns;  // of B, in the second-level cache
constexpr Size block_panels = 96 / tile_rows;      // of A, packed at one time
constexpr Size group_depth = 4 * max_depth;        // of B, packed at one time ...
constexpr Size group_size = Size{1} << 20;         // ... and so many numbers

// The part of a product whose B is packed at one time: k in [k0, k1), columns in [n0, n1).
struct Group {
  const Gemm& g;
  real* c;
  const real *a, *b;
  Size depth;  // of a K block
  Size k0, k1, n0, n1;
  Size width;       // of a column block
  real* packed;     // B, [K block][panel][depth][tile_columns]; null: B is read in place
  bool a_in_place;  // A is read where it is

  Size panels() const { return parts(n1 - n0, tile_columns); }
  Size row_panels() const { return parts(g.m, tile_rows); }
  const real* b_at(Size k, Size column) const {
    return b + (g.transpose_b ? column * g.ldb + k : k * g.ldb + column);
  }
};

void pack_b(const Group& group, Size begin, Size end) {
  const Gemm& g = group.g;
  for (Size i = begin; i < end; ++i) {
    const Size k = group.k0 + i / group.panels() * group.depth;
    const Size column = group.n0 + i % group.panels() * tile_columns;
    (g.transpose_b ? pack_b_transposed : pack_b_rows)(
        group.packed + i * group.depth * tile_columns, group.b_at(k, column), g.ldb,
        std::min(group.depth, group.k1 - k), std::min(tile_columns, group.n1 - column));
  }
}

// One K block of the rows from `row` on, times the columns [n0, n1): `a` holds the rows.
void multiply_panel(const Group& group, TileArgs t, Size k, Size row, Size n0, Size n1,
                    const real* b_edge) {
  const Gemm& g = group.g;
  const Size rows = std::min<Size>(tile_rows, g.m - row);
  const TileFunction f =
      g.transpose_a ? tile_function<LayoutA::columns>(rows) : tile_function<LayoutA::rows>(rows);
  const real* packed = group.packed + ((k - group.k0) / group.depth * group.panels() +
                                       (n0 - group.n0) / tile_columns) *
                                          group.depth * tile_columns;
  for (Size column = n0; column < n1; column += tile_columns) {
    const Size columns = std::min(tile_columns, n1 - column);
    t.c = group.c + row * g.ldc + column;
    t.b = packed;
    if (group.packed != nullptr) {
      packed += group.depth * tile_columns;
    } else {
      t.b = columns == tile_columns ? group.b_at(k, column) : b_edge;
      t.b_step = columns == tile_columns ? g.ldb : tile_columns;
    }
    if (columns == tile_columns) {
      f(t);
    } else {
      multiply_edge_tile(f, t, rows, columns);
    }
    if (k + t.depth == g.k) finish(g, group.c, row, rows, column, columns);
  }
}

// One K block of the panels [p0, p1) of A times the columns [n0, n1).
void multiply_block(const Group& group, Size k, Size p0, Size p1, Size n0, Size n1) {
  const Gemm& g = group.g;
  const Size row = p0 * tile_rows, rows = std::min(p1 * tile_rows, g.m) - row;
  real* const packed_a = workspace(Slot::a, block_panels * a_panel + max_depth * tile_columns);
  real* const b_edge = packed_a + block_panels * a_panel;
  TileArgs t{};
  t.depth = std::min(group.depth, group.k1 - k);
  t.a_step = group.a_in_place ? g.lda : a_columns;
  t.b_step = tile_columns;
  t.ldc = g.ldc;
  t.scale = g.scale;
  t.add = g.accumulate || k > 0;
  const real* a = group.a + (g.transpose_a ? k * g.lda + row : row * g.lda + k);
  if (!group.a_in_place) {
    (g.transpose_a ? pack_a_columns : pack_a_rows)(packed_a, a, g.lda, rows, t.depth);
  }
  if (const Size edge = n1 % tile_columns; group.packed == nullptr && edge != 0 && n1 == g.n) {
    pack_b_rows(b_edge, group.b_at(k, n1 - edge), g.ldb, t.depth, edge);
  }
  for (Size p = 0; p < p1 - p0; ++p) {
    t.a = group.a_in_place ? a + p * tile_rows : packed_a + p * a_panel;
    multiply_panel(group, t, k, row + p * tile_rows, n0, n1, b_edge);
  }
}

// Work is numbered by column block, then by row panel: [begin, end) of it. All rows pass by before
// the next K block of B comes into the cache.
void multiply(const Group& group, Size begin, Size end) {
  const Size panels = group.row_panels();
  while (begin < end) {
    const Size first = begin % panels, last = std::min(panels, first + end - begin);
    const Size n0 = group.n0 + begin / panels * group.width;
    const Size n1 = std::min(n0 + group.width, group.n1);
    Size k = group.k0;
    do {
      for (Size p = first; p < last; p += block_panels)
        multiply_block(group, k, p, std::min(p + block_panels, last), n0, n1);
      k += group.depth;
    } while (k < group.k1);
    begin += last - first;
  }
}

template <class F>
void share(const Group& group, bool parallel, Size count, F f) {
  if (!parallel) {
    f(group, 0, count);
  } else {
    parallel_for(count, 1, [&](Size begin, Size end) { f(group, begin, end); });
  }
}

Size packed_blocks(const Group& group) {
  return parts(group.k1 - group.k0, group.depth) * group.panels();
}

void multiply_all(Group group, bool parallel) {
  // Few rows: narrower column blocks, so that there is work for every thread.
  const Size wanted = parts(16, group.row_panels());
  group.width = std::min(block_columns, up(parts(group.n1 - group.n0, wanted), tile_columns));
  share(group, parallel, parts(group.n1 - group.n0, group.width) * group.row_panels(), multiply);
}

void run_group(Group group, bool parallel) {
  if (!group.g.transpose_b && group.g.m <= 8 * tile_rows) {
    group.packed = nullptr;
  } else {
    const Size blocks = packed_blocks(group);
    group.packed = workspace(Slot::b, blocks * group.depth * tile_columns);
    share(group, parallel, blocks, pack_b);
  }
  multiply_all(group, parallel);
}

Size depth_of(const Gemm& g) {
  const Size blocks = std::max<Size>(1, parts(g.k, max_depth));
  return std::max<Size>(4, up(parts(g.k, blocks), 4));
}

// All of a product as one group, for a B that is packed once.
Group whole(real* c, const real* a, const real* b, real* packed, const Gemm& g) {
  return {g, c, a, b, depth_of(g), 0, g.k, 0, g.n, 0, packed, false};
}

Size size_of_packed(const Gemm& g) {
  const Group group = whole(nullptr, nullptr, nullptr, nullptr, g);
  return packed_blocks(group) * group.depth * tile_columns;
}

void pack_whole(real* packed, const real* b, const Gemm& g) {
  const Group group = whole(nullptr, nullptr, b, packed, g);
  share(group, true, packed_blocks(group), pack_b);
}

void run_packed(real* c, const real* a, real* packed, const Gemm& g, bool parallel) {
  multiply_all(whole(c, a, nullptr, packed, g), parallel);
}

void run(real* c, const real* a, const real* b, const Gemm& g, bool parallel) {
  const Size depth = depth_of(g);
  const Size k_step = std::max<Size>(1, group_depth / depth) * depth;
  const Size n_step = up(group_size / std::min(k_step, up(g.k, depth) + 1), block_columns);
  for (Size n = 0; n < g.n; n += n_step) {
    Size k = 0;
    do {
      run_group({g, c, a, b, depth, k, std::min(k + k_step, g.k), n, std::min(n + n_step, g.n), 0,
                 nullptr, g.transpose_a && !parallel},
                parallel);
      k += k_step;
    } while (k < g.k);
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace dlt::kernels {
HWY_EXPORT(run);
HWY_EXPORT(size_of_packed);
HWY_EXPORT(pack_whole);
HWY_EXPORT(run_packed);
namespace {

Gemm with_strides(Gemm g) {
  if (g.lda == 0) g.lda = g.transpose_a ? g.m : g.k;
  if (g.ldb == 0) g.ldb = g.transpose_b ? g.k : g.n;
  if (g.ldc == 0) g.ldc = g.n;
  return g;
}

// Below some 10 us of work, waking a thread costs more than it brings.
bool worth_threads(const Gemm& g) { return g.m * g.n * g.k >= Size{1} << 20; }

}  // namespace

void gemm(real* c, const real* a, const real* b, const Gemm& dense) noexcept {
  const Gemm g = with_strides(dense);
  if (g.m <= 0 || g.n <= 0) return;
  if (by_dot_products(g)) {
    dot_products(c, a, b, g);
  } else {
    HWY_DYNAMIC_DISPATCH(run)(c, a, b, g, worth_threads(g));
  }
}

Size packed_size(const Gemm& g) noexcept { return HWY_DYNAMIC_DISPATCH(size_of_packed)(g); }

void pack(real* packed, const real* b, const Gemm& dense) noexcept {
  HWY_DYNAMIC_DISPATCH(pack_whole)(packed, b, with_strides(dense));
}

void gemm_packed(real* c, const real* a, const real* packed, const Gemm& dense) noexcept {
  const Gemm g = with_strides(dense);
  if (g.m <= 0 || g.n <= 0) return;
  // Groups of other products write what they pack; this one only reads.
  HWY_DYNAMIC_DISPATCH(run_packed)(c, a, const_cast<real*>(packed), g, worth_threads(g));
}

void gemm_small(real* c, const real* a, const real* b, const Gemm& dense) noexcept {
  const Gemm g = with_strides(dense);
  if (g.m > 0 && g.n > 0) HWY_DYNAMIC_DISPATCH(run)(c, a, b, g, false);
}

}  // namespace dlt::kernels
#endif
