#include "kernels/roi.h"

#include "base/parallel.h"

namespace dlt::kernels {
namespace {

const real* plane_of(const real* x, const Region& r, Size channel, Size bin, const RegionSize& n) {
  const Size c = n.position_sensitive ? channel * n.high * n.wide + bin : channel;
  return x + (r.image * n.channels + c) * n.height * n.width;
}

}  // namespace

void pool_regions(real* y, const real* x, const std::vector<Region>& regions,
                  const RegionSize& n) noexcept {
  const Size bins = n.high * n.wide;
  parallel_for(static_cast<Size>(regions.size()) * n.out_channels, 4, [&](Size begin, Size end) {
    for (Size task = begin; task < end; ++task) {
      const Region& r = regions[static_cast<std::size_t>(task / n.out_channels)];
      for (Size bin = 0; bin < bins; ++bin) {
        const real* plane = plane_of(x, r, task % n.out_channels, bin, n);
        real sum = 0;
        for (const BinTap& row : r.rows[static_cast<std::size_t>(bin / n.wide)]) {
          real along = 0;
          for (const BinTap& column : r.columns[static_cast<std::size_t>(bin % n.wide)]) {
            along += column.weight * plane[row.at * n.width + column.at];
          }
          sum += row.weight * along;
        }
        y[task * bins + bin] = sum;
      }
    }
  });
}

void pool_regions_backward(real* dx, const real* dy, const std::vector<Region>& regions,
                           const RegionSize& n) noexcept {
  const Size bins = n.high * n.wide;
  parallel_for(n.out_channels, 1, [&](Size begin, Size end) {
    for (Size c = begin; c < end; ++c) {
      for (std::size_t i = 0; i < regions.size(); ++i) {
        const Region& r = regions[i];
        const real* g = dy + (static_cast<Size>(i) * n.out_channels + c) * bins;
        for (Size bin = 0; bin < bins; ++bin) {
          real* plane = dx + (plane_of(dx, r, c, bin, n) - dx);
          for (const BinTap& row : r.rows[static_cast<std::size_t>(bin / n.wide)]) {
            for (const BinTap& column : r.columns[static_cast<std::size_t>(bin % n.wide)]) {
              plane[row.at * n.width + column.at] += g[bin] * row.weight * column.weight;
            }
          }
        }
      }
    }
  });
}

}  // namespace dlt::kernels
