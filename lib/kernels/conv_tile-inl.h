// The innermost part of a convolution: one tile of outputs, in registers, over one block of
// factors.

#include <hwy/cache_control.h>

#include "kernels/activation-inl.h"
#include "kernels/gemm.h"
#include "kernels/simd-inl.h"

#if defined(DLT_KERNELS_CONV_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DLT_KERNELS_CONV_TILE_INL_H_
#undef DLT_KERNELS_CONV_TILE_INL_H_
#else
#define DLT_KERNELS_CONV_TILE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace dlt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// As many sums as fit in the registers beside two vectors of x and one weight: 16 registers on
// AVX2, 32 on AVX-512 and NEON.
constexpr Size tile_pixels = 2 * hn::MaxLanes(hn::ScalableTag<real>());
constexpr int tile_channels = HWY_TARGET == HWY_SCALAR ? 4 : HWY_TARGET == HWY_AVX2 ? 6 : 14;

struct ConvTile {
  Size depth;
  const real* w;        // [depth][rows]
  const real* x;        // factor k of pixel p is x[offsets[k] + p]
  const Size* offsets;  // [depth]
  real* y;              // [rows] with stride y_step
  Size y_step;
  const real* bias;  // [rows] or null: where the sums start, unless they go on from y
  bool add;
  Activation activation;  // of the sums at last: none or a rectifier
};

template <int rows, int vectors, class D>
HWY_INLINE void rectify(D d, hn::Vec<D> (&sum)[rows][vectors], Activation activation) {
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < vectors; ++j) sum[i][j] = activate(d, Activation::relu, sum[i][j]);
  if (activation != Activation::relu6) return;
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < vectors; ++j) sum[i][j] = activate(d, Activation::relu6, sum[i][j]);
}

// Every sum is one chain of multiply-adds in the order of k.
template <int rows, int vectors>
void multiply_conv_tile(const ConvTile& t) {
  const hn::ScalableTag<real> d;
  constexpr Size lanes = hn::MaxLanes(d);
  hn::Vec<decltype(d)> sum[rows][vectors];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    const auto start = hn::Set(d, t.bias == nullptr ? real(0) : t.bias[i]);
#pragma GCC unroll 2
    for (int j = 0; j < vectors; ++j)
      sum[i][j] = t.add ? hn::LoadU(d, t.y + i * t.y_step + j * lanes) : start;
    if (!t.add) hwy::Prefetch(t.y + i * t.y_step);
    if (!t.add) hwy::Prefetch(t.y + i * t.y_step + vectors * lanes - 1);
  }
  const real* HWY_RESTRICT w = t.w;
  const Size* HWY_RESTRICT offset = t.offsets;
  for (const Size* const stop = offset + t.depth; offset < stop; ++offset, w += rows) {
    const real* HWY_RESTRICT x = t.x + *offset;
    hn::Vec<decltype(d)> v[vectors];
#pragma GCC unroll 2
    for (int j = 0; j < vectors; ++j) v[j] = hn::LoadU(d, x + j * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const auto weight = hn::Set(d, w[i]);
#pragma GCC unroll 2
      for (int j = 0; j < vectors; ++j) sum[i][j] = hn::MulAdd(weight, v[j], sum[i][j]);
    }
  }
  if (t.activation != Activation::none) rectify<rows, vectors>(d, sum, t.activation);
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < vectors; ++j) hn::StoreU(sum[i][j], d, t.y + i * t.y_step + j * lanes);
}

using ConvTileFunction = void (*)(const ConvTile&);

// The function for `wanted` <= tile_channels channels.
template <int vectors, int rows = tile_channels>
ConvTileFunction conv_tile_function(Size wanted) {
  if constexpr (rows > 1) {
    if (wanted < rows) return conv_tile_function<vectors, rows - 1>(wanted);
  }
  return multiply_conv_tile<rows, vectors>;
}

}  // namespace dlt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
