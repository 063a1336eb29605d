#include "api/layer_families.h"
#include "api/pool_attributes.h"

namespace dlt::api {
namespace {

void need_image(const Shape& input) { need_axes(input, 4, "[batch, channels, height, width]"); }

Layer max_pool2d(config::Reader& r, const nn::Scope&, const Shape& input) {
  need_image(input);
  ops::Pool p = read_windows(r, widest);
  r.field("ceil_mode", p.ceil);
  bool keep = false;
  r.field("return_indices", keep);
  return {[p, keep](const Tensor& x, nn::Pass& pass) {
    ops::Pooled pooled = ops::max_pool2d(x, p);
    if (keep) pass.pooled.push_back({std::move(pooled.indices), p, {x.dim(2), x.dim(3)}});
    return pooled.y;
  }};
}

// Undoes the last max pool that kept its indices and was not undone yet.
Layer max_unpool2d(config::Reader&, const nn::Scope&, const Shape& input) {
  need_image(input);
  return {[](const Tensor& x, nn::Pass& pass) {
    require(!pass.pooled.empty(),
            "max_unpool2d: no layers.max_pool2d with return_indices true is left to undo");
    const nn::Pass::Pooled pooled = std::move(pass.pooled.back());
    pass.pooled.pop_back();
    return ops::max_unpool2d(x, pooled.indices, pooled.pool, pooled.size);
  }};
}

Layer avg_pool2d(config::Reader& r, const nn::Scope&, const Shape& input) {
  need_image(input);
  ops::Pool p = read_windows(r, widest);
  r.field("ceil_mode", p.ceil);
  const auto padding = read_count(r);
  return {[p, padding](const Tensor& x, nn::Pass&) { return ops::avg_pool2d(x, p, padding); }};
}

Layer adaptive_avg_pool2d(config::Reader& r, const nn::Scope&, const Shape& input) {
  need_image(input);
  ops::Pair size{1, 1};
  r.field("output_size", size, 1, widest);
  return {[size](const Tensor& x, nn::Pass&) { return ops::adaptive_avg_pool2d(x, size); }};
}

struct Mode {
  std::string_view name;
  ops::Interpolation mode;
  int axes;  // that it needs; 0: any
};
constexpr Mode modes[] = {
    {"nearest", ops::Interpolation::nearest, 0},
    {"nearest-exact", ops::Interpolation::nearest_exact, 0},
    {"linear", ops::Interpolation::linear, 1},
    {"bilinear", ops::Interpolation::linear, 2},
    {"trilinear", ops::Interpolation::linear, 3},
    {"bicubic", ops::Interpolation::bicubic, 2},
};

const Mode& read_mode(config::Reader& r, int axes) {
  std::vector<std::string_view> known;
  for (const Mode& m : modes) known.push_back(m.name);
  std::string name = "nearest";
  r.field("mode", name, known);
  for (const Mode& m : modes) {
    if (m.name != name) continue;
    if (m.axes == 0 || m.axes == axes) return m;
    r.fail("mode", fmt::format("'{}' is for inputs of {} axes, this one has {}", name, m.axes + 2,
                               axes + 2));
  }
  r.fail("mode", "is not known");
}

Layer upsample(config::Reader& r, const nn::Scope&, const Shape& input) {
  require(input.rank() >= 3 && input.rank() <= 5,
          "needs an input [batch, channels, 1 to 3 axes], got {}", input);
  const int axes = input.rank() - 2;
  ops::Resize resize;
  resize.mode = read_mode(r, axes).mode;
  r.field("align_corners", resize.align_corners);
  const bool smooth =
      resize.mode == ops::Interpolation::linear || resize.mode == ops::Interpolation::bicubic;
  if (resize.align_corners && !smooth) {
    r.fail("align_corners", "has no meaning for the modes nearest and nearest-exact");
  }
  if (r.has("size") == r.has("scale_factor")) {
    r.fail(r.has("size") ? "size" : "scale_factor", "give one of size and scale_factor");
  }
  if (r.has("size")) {
    r.field("size", resize.size, 1, 1 << 16);
    if (resize.size.size() == 1) resize.size.assign(static_cast<std::size_t>(axes), resize.size[0]);
    if (std::ssize(resize.size) != axes) {
      r.fail("size", fmt::format("expected {} numbers, got {}", axes, resize.size.size()));
    }
  } else {
    double factor = 1;
    r.field("scale_factor", factor, 1e-3, 1e3);
    resize.scale.assign(static_cast<std::size_t>(axes), factor);
  }
  return {[resize](const Tensor& x, nn::Pass&) { return ops::interpolate(x, resize); }};
}

template <Tensor (*shuffle)(const Tensor&, std::int64_t)>
Layer by_factor(config::Reader& r, std::string_view key, const Shape& input) {
  need_image(input);
  std::int64_t factor = 1;
  r.need(key, "an integer >= 1");
  r.field(key, factor, 1, widest);
  return {[factor](const Tensor& x, nn::Pass&) { return shuffle(x, factor); }};
}

Layer pixel_shuffle(config::Reader& r, const nn::Scope&, const Shape& input) {
  return by_factor<ops::pixel_shuffle>(r, "upscale_factor", input);
}
Layer pixel_unshuffle(config::Reader& r, const nn::Scope&, const Shape& input) {
  return by_factor<ops::pixel_unshuffle>(r, "downscale_factor", input);
}
Layer channel_shuffle(config::Reader& r, const nn::Scope&, const Shape& input) {
  return by_factor<ops::channel_shuffle>(r, "groups", input);
}

}  // namespace

LayerEntries pool_layers() {
  return {
      {{"layers.max_pool2d", "nn.MaxPool2d", "layers.MaxPooling2D", "max_pool2d"},
       "the largest element of each window",
       LayerType{max_pool2d, R"({"kernel_size": 2})"}},
      {{"layers.max_unpool2d", "nn.MaxUnpool2d", "max_unpool2d"},
       "puts what a max pool took back in its places",
       LayerType{max_unpool2d}},
      {{"layers.avg_pool2d", "nn.AvgPool2d", "layers.AveragePooling2D", "avg_pool2d"},
       "the mean of each window",
       LayerType{avg_pool2d, R"({"kernel_size": 2})"}},
      {{"layers.adaptive_avg_pool2d", "nn.AdaptiveAvgPool2d", "adaptive_avg_pool2d"},
       "means over as many windows as the result has elements",
       LayerType{adaptive_avg_pool2d}},
      {{{"layers.upsample", "nn.Upsample", "layers.UpSampling2D", "upsample",
         "nn.UpsamplingNearest2d", "layers.upsampling_nearest2d"},
        {},
        {"nn.UpsamplingNearest2d", "layers.upsampling_nearest2d"}},
       "larger or smaller images by interpolation",
       LayerType{upsample, R"({"scale_factor": 2})"}},
      {{{"layers.upsampling_bilinear2d", "nn.UpsamplingBilinear2d", "upsampling_bilinear2d"},
        {},
        {"nn.UpsamplingBilinear2d"}},
       "layers.upsample in mode bilinear with its corners aligned",
       preset(upsample, R"({"mode": "bilinear", "align_corners": true})",
              R"({"scale_factor": 2})")},
      {{"layers.pixel_shuffle", "nn.PixelShuffle", "layers.PixelShuffle", "pixel_shuffle"},
       "channels become pixels",
       LayerType{pixel_shuffle, R"({"upscale_factor": 2})"}},
      {{"layers.pixel_unshuffle", "nn.PixelUnshuffle", "pixel_unshuffle"},
       "pixels become channels",
       LayerType{pixel_unshuffle, R"({"downscale_factor": 2})"}},
      {{"layers.channel_shuffle", "nn.ChannelShuffle", "channel_shuffle"},
       "mixes the channels of groups",
       LayerType{channel_shuffle, R"({"groups": 2})"}},
  };
}

}  // namespace dlt::api
