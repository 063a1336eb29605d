// Copies of blocks of A and B in the order in which a tile of a matrix product reads them.

#include <hwy/cache_control.h>

#include "kernels/gemm_tile-inl.h"
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_GEMM_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_GEMM_PACK_INL_H_
#undef DLT_KERNELS_GEMM_PACK_INL_H_
#else
#define DLT_KERNELS_GEMM_PACK_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {

// 16 bytes: the unit in which any instruction set can transpose.
using Quad = hn::CappedTag<real, 16 / sizeof(real)>;
constexpr Size quad = hn::MaxLanes(Quad());

// to[j * to_step + i] = from[i * from_step + j] for i, j < quad.
HWY_INLINE void transpose_quad(real* HWY_RESTRICT to, Size to_step, const real* HWY_RESTRICT from,
                               Size from_step) {
#if HWY_TARGET == HWY_SCALAR
  (void)to_step, (void)from_step;
  *to = *from;
#else
  const Quad d;
  if constexpr (quad == 4) {
    const hn::Repartition<double, Quad> dd;
    const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_step);
    const auto r2 = hn::LoadU(d, from + 2 * from_step), r3 = hn::LoadU(d, from + 3 * from_step);
    const auto low01 = hn::BitCast(dd, hn::InterleaveLower(d, r0, r1));
    const auto low23 = hn::BitCast(dd, hn::InterleaveLower(d, r2, r3));
    const auto high01 = hn::BitCast(dd, hn::InterleaveUpper(d, r0, r1));
    const auto high23 = hn::BitCast(dd, hn::InterleaveUpper(d, r2, r3));
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(dd, low01, low23)), d, to);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(dd, low01, low23)), d, to + to_step);
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(dd, high01, high23)), d, to + 2 * to_step);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(dd, high01, high23)), d, to + 3 * to_step);
  } else {
    const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_step);
    hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to);
    hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to + to_step);
  }
#endif
}

// out[k][tile_columns] = B[k, column ...], zeros beyond `columns`; b is [.., columns] with stride
// ldb.
inline void pack_b_rows(real* HWY_RESTRICT out, const real* HWY_RESTRICT b, Size ldb, Size depth,
                        Size columns) {
  const Lanes d;
  for (Size k = 0; k < depth; ++k, out += tile_columns, b += ldb) {
    if (columns == tile_columns) {
      hn::StoreU(hn::LoadU(d, b), d, out);
      hn::StoreU(hn::LoadU(d, b + lanes), d, out + lanes);
    } else {
      for (Size j = 0; j < tile_columns; ++j) out[j] = j < columns ? b[j] : 0;
    }
  }
}

// The same from b stored as [columns, ..] with stride ldb: in strips of a cache line of each row.
inline void pack_b_transposed(real* HWY_RESTRICT out, const real* HWY_RESTRICT b, Size ldb,
                              Size depth, Size columns) {
  constexpr Size strip = 64 / static_cast<Size>(sizeof(real));
  for (Size k0 = 0; k0 < depth; k0 += strip) {
    const Size k1 = depth < k0 + strip ? depth : k0 + strip;
    for (Size j = 0; j < tile_columns; j += quad) {
      Size k = k0;
      if (j + quad <= columns) {
        for (; k + quad <= k1; k += quad)
          transpose_quad(out + k * tile_columns + j, tile_columns, b + j * ldb + k, ldb);
      }
      for (; k < k1; ++k) {
        for (Size i = j; i < j + quad; ++i)
          out[k * tile_columns + i] = i < columns ? b[i * ldb + k] : 0;
      }
    }
  }
}

// Packed columns of A: [k][a_columns], a multiple of 16 bytes.
constexpr Size a_columns = (tile_rows + quad - 1) / quad * quad;
constexpr Size a_panel =
    tile_rows * packed_row > a_columns* max_depth ? tile_rows* packed_row : a_columns* max_depth;

// Packs `rows` of A stored as [rows, ..], LayoutA::rows, a_panel apart for every tile_rows.
inline void pack_a_rows(real* HWY_RESTRICT out, const real* HWY_RESTRICT a, Size lda, Size rows,
                        Size depth) {
  const Lanes d;
  for (Size i = 0; i < rows; ++i, a += lda) {
    real* HWY_RESTRICT to = out + i / tile_rows * a_panel + i % tile_rows * packed_row;
    Size k = 0;
    for (; k + lanes <= depth; k += lanes) hn::StoreU(hn::LoadU(d, a + k), d, to + k);
    for (; k < depth; ++k) to[k] = a[k];
  }
}

// Packs `rows` of A stored as [.., rows], LayoutA::columns.
inline void pack_a_columns(real* HWY_RESTRICT out, const real* HWY_RESTRICT a, Size lda, Size rows,
                           Size depth) {
  const Quad d;
  const Size safe = rows / quad * quad - (a_columns - tile_rows);  // reads in quads stay inside
  for (Size k = 0; k < depth; ++k, a += lda) {
    real* to = out + k * a_columns;
    for (Size i = 0; i < rows; i += 64 / static_cast<Size>(sizeof(real)))
      hwy::Prefetch(a + 12 * lda + i);  // the next rows are pages away: no hardware foresees them
    Size i = 0;
    for (; i + tile_rows <= safe; i += tile_rows, to += a_panel)
      for (Size q = 0; q < a_columns; q += quad) hn::StoreU(hn::LoadU(d, a + i + q), d, to + q);
    for (; i < rows; i += tile_rows, to += a_panel)
      for (Size q = 0; q < tile_rows && i + q < rows; ++q) to[q] = a[i + q];
  }
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
