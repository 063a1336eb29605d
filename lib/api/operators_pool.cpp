#include <cstdint>

#include "api/families.h"
#include "api/pool_attributes.h"
#include "base/error.h"

namespace dlt::api {
namespace {

constexpr std::int64_t most =
    (std::int64_t{1} << 31) - 1;  // windows reach no further than the image, so any size will do
constexpr std::int64_t most_side = 1 << 14;  // of a result
constexpr double most_scale = 128, least_scale = 1e-6;

Call max_pool2d(config::Reader& at) {
  ops::Pool p = read_windows(at, most);
  at.field("ceil_mode", p.ceil);
  return [p](const Inputs& in) {
    const ops::Pooled pooled = ops::max_pool2d(in["x"], p);
    return Outputs{pooled.y, pooled.indices};
  };
}

Call max_unpool2d(config::Reader& at) {
  const ops::Pool p = read_windows(at, most);
  std::vector<std::int64_t> given;
  at.field("output_size", given, 1, most_side);
  std::optional<ops::Pair> size;
  if (given.size() == 1) given.push_back(given.front());
  if (given.size() == 2) size = {given[0], given[1]};
  if (given.size() > 2) at.fail("output_size", "expected two integers: height, width");
  return [p, size](const Inputs& in) {
    return Outputs{ops::max_unpool2d(in["x"], in.indices("indices"), p, size)};
  };
}

Call avg_pool2d(config::Reader& at) {
  ops::Pool p = read_windows(at, most);
  at.field("ceil_mode", p.ceil);
  const auto count = read_count(at);
  return [p, count](const Inputs& in) { return Outputs{ops::avg_pool2d(in["x"], p, count)}; };
}

Call adaptive_avg_pool2d(config::Reader& at) {
  at.need("output_size", "an integer or two: height, width");
  ops::Pair size{1, 1};
  at.field("output_size", size, 1, most_side);
  return [size](const Inputs& in) { return Outputs{ops::adaptive_avg_pool2d(in["x"], size)}; };
}

void read_size(config::Reader& at, ops::Resize& r) {
  at.field("size", r.size, 1, most_side);
  if (at.is_list("scale_factor")) {
    at.field("scale_factor", r.scale, least_scale, most_scale);
  } else {
    std::optional<double> scale;
    at.field("scale_factor", scale, least_scale, most_scale);
    if (scale) r.scale = {*scale};
  }
}

// PyTorch's words say both how and for how many axes.
enum class Mode { nearest, nearest_exact, linear, bilinear, bicubic, trilinear };

ops::Interpolation interpolation(Mode mode) {
  if (mode == Mode::nearest) return ops::Interpolation::nearest;
  if (mode == Mode::nearest_exact) return ops::Interpolation::nearest_exact;
  return mode == Mode::bicubic ? ops::Interpolation::bicubic : ops::Interpolation::linear;
}

void check_rank(Mode mode, const Shape& x) {
  const int axes = mode == Mode::linear      ? 1
                   : mode == Mode::bilinear  ? 2
                   : mode == Mode::trilinear ? 3
                                             : x.rank() - 2;
  require(x.rank() == axes + 2,
          "interpolate: {} is not what its mode is for: linear takes [n, channels, width], "
          "bilinear and bicubic [n, channels, height, width], trilinear one axis more",
          x);
}

Call interpolate(config::Reader& at) {
  ops::Resize r;
  Mode mode = Mode::nearest;
  read_size(at, r);
  at.choice("mode", mode,
            {{"nearest", Mode::nearest},
             {"nearest-exact", Mode::nearest_exact},
             {"linear", Mode::linear},
             {"bilinear", Mode::bilinear},
             {"bicubic", Mode::bicubic},
             {"trilinear", Mode::trilinear}});
  at.field("align_corners", r.align_corners);
  r.mode = interpolation(mode);
  return [r, mode](const Inputs& in) {
    check_rank(mode, in["x"].shape());
    return Outputs{ops::interpolate(in["x"], r)};
  };
}

Call upsample_bilinear2d(config::Reader& at) {
  ops::Resize r;
  r.mode = ops::Interpolation::linear;
  r.align_corners = true;
  read_size(at, r);
  return [r](const Inputs& in) {
    check_rank(Mode::bilinear, in["x"].shape());
    return Outputs{ops::interpolate(in["x"], r)};
  };
}

template <Tensor (*f)(const Tensor&, std::int64_t)>
Call shuffle(config::Reader& at, const char* key) {
  at.need(key, "an integer");
  std::int64_t factor = 1;
  at.field(key, factor, 1, most);
  return [factor](const Inputs& in) { return Outputs{f(in["x"], factor)}; };
}

Call pixel_shuffle(config::Reader& at) { return shuffle<ops::pixel_shuffle>(at, "upscale_factor"); }

Call pixel_unshuffle(config::Reader& at) {
  return shuffle<ops::pixel_unshuffle>(at, "downscale_factor");
}

Call channel_shuffle(config::Reader& at) { return shuffle<ops::channel_shuffle>(at, "groups"); }

Entries pooling() {
  return {
      {{"nn.max_pool2d", "max_pool2d"},
       "the largest of each window, and where in its plane it was",
       {"x -> y, indices:int", max_pool2d,
        R"({"kernel_size": [3, 2], "stride": [2, 2], "padding": [1, 0], "ceil_mode": true})",
        "x[2, 2, 5, 5] -50..50"}},
      {{"nn.max_unpool2d", "max_unpool2d"},
       "elements put back where max_pool2d found them, zeros elsewhere",
       {"x, indices:int -> y", max_unpool2d, R"({"kernel_size": 2, "output_size": [2, 3]})",
        "x[2, 3, 1, 1], indices:int[2, 3, 1, 1] 0..5"}},
      {{"nn.avg_pool2d", "avg_pool2d"},
       "the mean of each window",
       {"x -> y", avg_pool2d, R"({"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": true})",
        "x[2, 2, 6, 5]"}},
      {{"nn.adaptive_avg_pool2d", "adaptive_avg_pool2d"},
       "means of parts as equal as can be, so many that the result has the size wanted",
       {"x -> y", adaptive_avg_pool2d, R"({"output_size": [3, 2]})", "x[2, 2, 5, 7]"}},
  };
}

Entries resampling() {
  return {
      {{.names = {"nn.interpolate", "interpolate", "nn.upsample", "nn.upsample_nearest2d"},
        .v1 = {},
        .deprecated = {"nn.upsample", "nn.upsample_nearest2d"}},
       "images made larger or smaller, to a size or by a factor",
       {"x -> y", interpolate, R"({"mode": "bicubic", "size": [7, 4]})", "x[1, 2, 5, 6]"}},
      {{"nn.upsample_bilinear2d", "upsample_bilinear2d"},
       "bilinear interpolation that keeps the corners (align_corners true)",
       {"x -> y", upsample_bilinear2d, R"({"scale_factor": 1.5})", "x[1, 2, 3, 4]"}},
      {{"nn.pixel_shuffle", "pixel_shuffle"},
       "channels turned into pixels (Shi et al. 2016)",
       {"x -> y", pixel_shuffle, R"({"upscale_factor": 2})", "x[2, 8, 3, 2]"}},
      {{"nn.pixel_unshuffle", "pixel_unshuffle"},
       "pixels turned into channels",
       {"x -> y", pixel_unshuffle, R"({"downscale_factor": 3})", "x[2, 1, 3, 6]"}},
      {{"nn.channel_shuffle", "channel_shuffle"},
       "channels of all groups in turn (Zhang et al. 2018)",
       {"x -> y", channel_shuffle, R"({"groups": 3})", "x[2, 6, 2, 3]"}},
  };
}

}  // namespace

Entries pool_operators() {
  Entries rows = pooling();
  for (auto& row : resampling()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace dlt::api
