#include "api/conv_attributes.h"
#include "api/layer_families.h"
#include "nn/conv.h"

namespace dlt::api {
namespace {

std::int64_t out_channels(config::Reader& r) {
  std::int64_t out = 1;
  r.need("out_channels", "an integer >= 1");
  r.field("out_channels", out, 1, most_channels);
  return out;
}

ops::Pair kernel_size(config::Reader& r) {
  ops::Pair kernel{1, 1};
  r.need("kernel_size", "an integer or a list of two: height, width");
  r.field("kernel_size", kernel, 1, widest);
  return kernel;
}

Layer conv1d(config::Reader& r, const nn::Scope& s, const Shape& input) {
  need_axes(input, 3, "[batch, channels, time]");
  const std::int64_t in = inferred(r, "in_channels", input, 1), out = out_channels(r);
  std::int64_t kernel = 1;
  r.need("kernel_size", "an integer >= 1");
  r.field("kernel_size", kernel, 1, widest);
  const auto c = read_conv<ops::Conv1d>(r, widest);
  const nn::Conv1d layer(s, in, out, kernel, c, read_bias(r));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }, in / c.groups * kernel};
}

Layer conv2d(config::Reader& r, const nn::Scope& s, const Shape& input) {
  need_axes(input, 4, "[batch, channels, height, width]");
  const std::int64_t in = inferred(r, "in_channels", input, 1), out = out_channels(r);
  const ops::Pair kernel = kernel_size(r);
  const auto c = read_conv<ops::Conv>(r, widest);
  const nn::Conv2d layer(s, in, out, kernel, c, read_bias(r));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); },
          in / c.groups * kernel[0] * kernel[1]};
}

Layer conv_transpose2d(config::Reader& r, const nn::Scope& s, const Shape& input) {
  need_axes(input, 4, "[batch, channels, height, width]");
  const std::int64_t in = inferred(r, "in_channels", input, 1), out = out_channels(r);
  const ops::Pair kernel = kernel_size(r);
  const auto c = read_conv<ops::ConvTranspose>(r, widest);
  std::string init = "uniform";
  r.field("init", init, {"uniform", "bilinear"});
  const nn::ConvTranspose2d layer(s, in, out, kernel, c, read_bias(r),
                                  init == "bilinear" ? nn::bilinear() : nn::Init());
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }, 0,
          input.size() / std::max<std::int64_t>(input.dim(0), 1) * (out / c.groups) * kernel[0] *
              kernel[1]};
}

}  // namespace

LayerEntries conv_layers() {
  return {
      {{"layers.conv1d", "nn.Conv1d", "layers.Conv1d", "conv1d"},
       "convolution along time",
       LayerType{conv1d, R"({"out_channels": 3, "kernel_size": 2})"}},
      {{"layers.conv2d", "nn.Conv2d", "layers.Conv2d", "conv2d"},
       "convolution of images",
       LayerType{conv2d, R"({"out_channels": 3, "kernel_size": 2})"}},
      {{"layers.conv_transpose2d", "nn.ConvTranspose2d", "layers.Conv2DTranspose",
        "conv_transpose2d"},
       "the transpose of a convolution, which upsamples images",
       LayerType{conv_transpose2d, R"({"out_channels": 3, "kernel_size": 2})"}},
  };
}

}  // namespace dlt::api
