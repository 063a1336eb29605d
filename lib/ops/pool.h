#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ops/pair.h"
#include "tensor/tensor.h"

// Images are [n, channels, height, width].
namespace dlt::ops {

struct Pool {
  Pair kernel{2, 2}, stride{2, 2}, padding{0, 0};  // padding at most half the kernel
  bool ceil = false;  // also windows that reach beyond the end, if they begin inside
};
struct Pooled {
  Tensor y;
  Indices indices;  // of each maximum, height * width + position, within its own plane
};
Pooled max_pool2d(const Tensor& x, const Pool& p);
// Puts each element back where max_pool2d found it, zeros elsewhere. `size`: of the result; without
// one (x - 1) stride - 2 padding + kernel.
Tensor max_unpool2d(const Tensor& x, const Indices& indices, const Pool& p,
                    std::optional<Pair> size = {});
enum class CountPadding : bool { no, yes };
Tensor avg_pool2d(const Tensor& x, const Pool& p, CountPadding count = CountPadding::yes);
Tensor adaptive_avg_pool2d(const Tensor& x, Pair size);

// ---- resample.cpp ----
enum class Interpolation : std::uint8_t {
  nearest,        // floor(i in / out)
  nearest_exact,  // floor((i + 1/2) in / out)
  linear,         // bilinear for two axes, trilinear for three
  bicubic,        // Keys 1981 with A = -0.75, border clamped
};
// x [n, channels, 1 to 3 axes]; `size` has one number per axis, or `scale` has, and then the size
// is floor(in * scale).
struct Resize {
  std::vector<std::int64_t> size;
  std::vector<double> scale;
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;  // linear and bicubic: corner elements keep their values
};
Tensor interpolate(const Tensor& x, const Resize& r);

// [n, c r^2, h, w] to [n, c, h r, w r] (Shi et al. 2016), and back.
Tensor pixel_shuffle(const Tensor& x, std::int64_t factor);
Tensor pixel_unshuffle(const Tensor& x, std::int64_t factor);
// Channels as a [groups, channels / groups] matrix, transposed (Zhang et al. 2018).
Tensor channel_shuffle(const Tensor& x, std::int64_t groups);

}  // namespace dlt::ops
