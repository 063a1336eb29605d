#include <algorithm>
#include <cmath>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/roi.h"
#include "ops/boxes.h"

namespace dlt::ops {
namespace {

using kernels::BinTaps;
using kernels::Region;

enum class Kind : std::uint8_t { align, ps_align, ps_pool };

std::string_view name_of(Kind kind) {
  return kind == Kind::align      ? "roi_align"
         : kind == Kind::ps_align ? "ps_roi_align"
                                  : "ps_roi_pool";
}

kernels::RegionSize size_of(Kind kind, const Tensor& x, const Tensor& rois, const Roi& r) {
  const std::string_view op = name_of(kind);
  require(x.shape().rank() == 4 && x.dim(2) > 0 && x.dim(3) > 0,
          "{}: input {} is not [images, channels, height, width]", op, x.shape());
  require(x.dim(2) <= INT32_MAX && x.dim(3) <= INT32_MAX, "{}: input {} is too large", op,
          x.shape());
  require(rois.shape().rank() == 2 && rois.dim(1) == 5,
          "{}: rois {} are not rows (image, x1, y1, x2, y2)", op, rois.shape());
  const auto [high, wide] = r.size;
  require(high > 0 && wide > 0 && high <= 512 && wide <= 512,
          "{}: output size {} x {} is not 1 to 512", op, high, wide);
  require(r.sampling <= 1024, "{}: {} samples a bin are more than 1024", op, r.sampling);
  const bool sensitive = kind != Kind::align;
  require(!sensitive || x.dim(1) % (high * wide) == 0,
          "{}: {} channels are not a multiple of the {} x {} bins", op, x.dim(1), high, wide);
  const auto out = sensitive ? x.dim(1) / (high * wide) : x.dim(1);
  const double most = 2147483648.0;
  require(static_cast<double>(rois.dim(0)) * static_cast<double>(out * high) *
                  static_cast<double>(wide) <
              most,
          "{}: {} rois of {} channels and {} x {} bins are too many elements", op, rois.dim(0), out,
          high, wide);
  return {x.dim(1), x.dim(2), x.dim(3), out, high, wide, sensitive};
}

void add_tap(BinTaps& taps, std::int32_t at, double weight) {
  if (weight == 0) return;
  if (!taps.empty() && taps.back().at == at) {
    taps.back().weight += static_cast<real>(weight);
  } else {
    taps.push_back({at, static_cast<real>(weight)});
  }
}

// The interval [begin, end] of one axis cut into bins, each sampled at `samples` points between
// elements (as many as there are elements if <= 0). Points more than one element outside give 0.
std::vector<BinTaps> sampled(double begin, double end, std::int64_t bins, std::int64_t samples,
                             std::int64_t size) {
  const double bin = (end - begin) / static_cast<double>(bins);
  const double points = samples > 0 ? static_cast<double>(samples) : std::max(0.0, std::ceil(bin));
  std::vector<BinTaps> all(static_cast<std::size_t>(bins));
  for (std::size_t b = 0; b < all.size(); ++b) {
    const double start = begin + static_cast<double>(b) * bin;
    for (double i = 0; i < points; ++i) {
      const double at = start + (i + 0.5) * bin / points;
      if (!(at >= -1 && at <= static_cast<double>(size))) continue;
      const double inside = std::clamp(at, 0.0, static_cast<double>(size - 1));
      const auto low = static_cast<std::int32_t>(inside);
      const double high_weight = inside - low;
      add_tap(all[b], low, (1 - high_weight) / points);
      if (high_weight > 0) add_tap(all[b], low + 1, high_weight / points);
    }
  }
  return all;
}

// Whole elements: bins of [begin, end] rounded outwards. torchvision, whose conventions these are,
// clips to size - 1, so the last element is never read.
std::vector<BinTaps> averaged(double begin, double end, std::int64_t bins, std::int64_t size) {
  const double first = std::round(begin), length = std::max(std::round(end) - first, 1.0);
  const double bin = length / static_cast<double>(bins), most = static_cast<double>(size - 1);
  std::vector<BinTaps> all(static_cast<std::size_t>(bins));
  for (std::size_t b = 0; b < all.size(); ++b) {
    const auto place = static_cast<double>(b);
    const double from = std::clamp(std::floor(place * bin) + first, 0.0, most);
    const double to = std::clamp(std::ceil((place + 1) * bin) + first, 0.0, most);
    for (double i = from; i < to; ++i) {
      add_tap(all[b], static_cast<std::int32_t>(i), 1 / (to - from));
    }
  }
  return all;
}

// The bins along one axis of region `row`, which spans low to high there.
std::vector<BinTaps> bins_of(Kind kind, double low, double high, std::int64_t bins,
                             std::int64_t size, std::int64_t row, const Roi& r) {
  if (kind == Kind::ps_pool) return averaged(low * r.scale, high * r.scale, bins, size);
  const double shift = kind == Kind::ps_align || r.aligned ? 0.5 : 0;
  const double begin = low * r.scale - shift;
  double end = high * r.scale - shift;
  if (kind == Kind::align && !r.aligned) end = std::max(end, begin + 1);
  require(r.sampling > 0 || end - begin <= 4096.0 * static_cast<double>(bins),
          "{}: roi {} spans {} elements, more than 4096 a bin", name_of(kind), row, end - begin);
  return sampled(begin, end, bins, r.sampling, size);
}

std::vector<Region> regions_of(Kind kind, const Tensor& rois, std::int64_t images, const Roi& r,
                               const kernels::RegionSize& n) {
  std::vector<Region> all;
  for (std::int64_t i = 0; i < rois.dim(0); ++i) {
    double v[5];
    for (int j = 0; j < 5; ++j) v[j] = static_cast<double>(rois.data()[i * 5 + j]);
    require(std::ranges::all_of(v, [](double d) { return std::abs(d) <= 1e9; }),
            "{}: roi {} is not of numbers up to 1e9", name_of(kind), i);
    require(v[0] >= 0 && v[0] < static_cast<double>(images),
            "{}: roi {} is of image {}, but there are {}", name_of(kind), i, v[0], images);
    all.push_back({static_cast<std::int64_t>(v[0]),
                   bins_of(kind, v[2], v[4], n.high, n.height, i, r),
                   bins_of(kind, v[1], v[3], n.wide, n.width, i, r)});
  }
  return all;
}

Tensor pool(Kind kind, const Tensor& x, const Tensor& rois, const Roi& r) {
  const kernels::RegionSize n = size_of(kind, x, rois, r);
  std::vector<Region> regions = regions_of(kind, rois, x.dim(0), r, n);
  Tensor y = Tensor::uninitialized({rois.dim(0), n.out_channels, n.high, n.wide});
  kernels::pool_regions(y.mutable_data(), x.data(), regions, n);
  return autograd::record(
      name_of(kind), y, {x},
      [regions = std::move(regions), n](const Tensor& dy, autograd::InputGrads& dx) {
        kernels::pool_regions_backward(dx[0], dy.data(), regions, n);
      });
}

}  // namespace

Tensor roi_align(const Tensor& x, const Tensor& rois, const Roi& r) {
  return pool(Kind::align, x, rois, r);
}
Tensor ps_roi_align(const Tensor& x, const Tensor& rois, const Roi& r) {
  return pool(Kind::ps_align, x, rois, r);
}
Tensor ps_roi_pool(const Tensor& x, const Tensor& rois, const Roi& r) {
  return pool(Kind::ps_pool, x, rois, r);
}

}  // namespace dlt::ops
