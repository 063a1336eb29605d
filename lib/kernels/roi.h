#pragma once

#include <cstdint>
#include <vector>

#include "base/real.h"
#include "kernels/gemm.h"

namespace dlt::kernels {

// A bin of a region is a weighted sum of elements, and its weights are a product of one weight a
// row and one a column; both lists skip zeros.
struct BinTap {
  std::int32_t at;
  real weight;
};
using BinTaps = std::vector<BinTap>;

struct Region {
  Size image;
  std::vector<BinTaps> rows, columns;  // of each bin along the height and the width
};

// x [images, channels, height, width] to y [regions, out_channels, bins high, bins wide]. If
// position-sensitive, bin (i, j) of channel c reads channel (c high + i) wide + j, else c.
struct RegionSize {
  Size channels, height, width, out_channels, high, wide;
  bool position_sensitive;
};
void pool_regions(real* y, const real* x, const std::vector<Region>& regions,
                  const RegionSize& n) noexcept;
// dx += the gradient, region after region in every channel.
void pool_regions_backward(real* dx, const real* dy, const std::vector<Region>& regions,
                           const RegionSize& n) noexcept;

}  // namespace dlt::kernels
