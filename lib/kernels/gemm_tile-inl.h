// The innermost part of a matrix product: one tile of C, in registers, over one block of k; and
// what is done to a finished tile. See gemm.cpp for the whole.

#include <hwy/cache_control.h>

#include "kernels/activation-inl.h"
#include "kernels/gemm.h"
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_GEMM_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_GEMM_TILE_INL_H_
#undef DLT_KERNELS_GEMM_TILE_INL_H_
#else
#define DLT_KERNELS_GEMM_TILE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<real>;
using Vector = hn::Vec<Lanes>;
constexpr Size lanes = hn::MaxLanes(Lanes());

// A tile is tile_rows x tile_columns: as many sums as fit in the registers beside two vectors of B
// and one number of A (16 registers on AVX2, 32 on AVX-512 and NEON).
constexpr Size tile_columns = 2 * lanes;
constexpr int tile_rows = HWY_TARGET == HWY_SCALAR ? 4 : HWY_TARGET == HWY_AVX2 ? 6 : 12;

// One K block: a tile's part of A stays in the first-level cache, a column block's part of B in the
// second. The stride of packed rows is an odd number of cache lines, so that they do not collide.
constexpr Size max_depth = 2048 / static_cast<Size>(sizeof(real));
constexpr Size packed_row = max_depth + 64 / static_cast<Size>(sizeof(real));

// Where a tile finds A: rows [row][packed_row], or columns [k][step].
enum class LayoutA { rows, columns };

struct TileArgs {
  Size depth;     // of k
  const real* a;  // in the layout the tile function is made for
  Size a_step;    // LayoutA::columns: from k to k + 1
  const real* b;  // [depth] rows of tile_columns
  Size b_step;    // from k to k + 1
  real* c;        // [rows, tile_columns]
  Size ldc;
  real scale;
  bool add;  // to what c holds
};

// c (=|+=) scale a b for one tile, every element by one chain of multiply-adds in the order of k.
template <int rows, LayoutA layout>
void multiply_tile(const TileArgs& t) {
  const Lanes d;
  Vector sum[rows][2];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    sum[i][0] = sum[i][1] = hn::Zero(d);
    hwy::Prefetch(t.c + i * t.ldc);
    hwy::Prefetch(t.c + i * t.ldc + tile_columns - 1);
  }
  const real *HWY_RESTRICT a = t.a, *HWY_RESTRICT b = t.b;
  const Size b_step = t.b_step;
  for (Size k = t.depth; k > 0; --k) {
    const Vector b0 = hn::LoadU(d, b), b1 = hn::LoadU(d, b + lanes);
    hwy::Prefetch(b + 8 * b_step);
    hwy::Prefetch(b + 8 * b_step + lanes);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const Vector x = hn::Set(d, a[layout == LayoutA::rows ? i * packed_row : i]);
      sum[i][0] = hn::MulAdd(x, b0, sum[i][0]);
      sum[i][1] = hn::MulAdd(x, b1, sum[i][1]);
    }
    a += layout == LayoutA::rows ? 1 : t.a_step;
    b += b_step;
  }
  const Vector scale = hn::Set(d, t.scale);
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    real* c = t.c + i * t.ldc;
    const Vector old0 = t.add ? hn::LoadU(d, c) : hn::Zero(d);
    const Vector old1 = t.add ? hn::LoadU(d, c + lanes) : hn::Zero(d);
    hn::StoreU(hn::MulAdd(scale, sum[i][0], old0), d, c);
    hn::StoreU(hn::MulAdd(scale, sum[i][1], old1), d, c + lanes);
  }
}

using TileFunction = void (*)(const TileArgs&);

// The function for tiles of `rows` <= tile_rows rows.
template <LayoutA layout, int rows = tile_rows>
TileFunction tile_function(Size wanted) {
  if constexpr (rows > 1) {
    if (wanted < rows) return tile_function<layout, rows - 1>(wanted);
  }
  return multiply_tile<rows, layout>;
}

// A tile of which only `columns` are inside C: the same arithmetic, on a copy.
inline void multiply_edge_tile(TileFunction f, TileArgs t, Size rows, Size columns) {
  HWY_ALIGN real copy[tile_rows * tile_columns] = {};
  real* const c = t.c;
  const Size ldc = t.ldc;
  for (Size i = 0; i < rows && t.add; ++i)
    for (Size j = 0; j < columns; ++j) copy[i * tile_columns + j] = c[i * ldc + j];
  t.c = copy;
  t.ldc = tile_columns;
  f(t);
  for (Size i = 0; i < rows; ++i)
    for (Size j = 0; j < columns; ++j) c[i * ldc + j] = copy[i * tile_columns + j];
}

// Bias and activation over `count` numbers of one row.
inline void finish_row(const Gemm& g, real* c, real* pre, const real* bias, Size count) {
  const Lanes d;
  Size j = 0;
  for (; j + lanes <= count; j += lanes) {
    Vector x = hn::LoadU(d, c + j);
    if (bias != nullptr) x = hn::Add(x, hn::LoadU(d, bias + j));
    if (pre != nullptr) hn::StoreU(x, d, pre + j);
    hn::StoreU(activate(d, g.activation, x), d, c + j);
  }
  for (; j < count; ++j) {
    const real x = bias == nullptr ? c[j] : c[j] + bias[j];
    if (pre != nullptr) pre[j] = x;
    c[j] = hn::GetLane(activate(d, g.activation, hn::Set(d, x)));
  }
}

// The same for the part of C at (row, column).
inline void finish(const Gemm& g, real* c, Size row, Size rows, Size column, Size columns) {
  if (g.bias == nullptr && g.pre == nullptr && g.activation == Activation::none) return;
  for (Size i = row; i < row + rows; ++i) {
    const Size at = i * g.ldc + column;
    finish_row(g, c + at, g.pre == nullptr ? nullptr : g.pre + at,
               g.bias == nullptr ? nullptr : g.bias + column, columns);
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
