#include "api/layer_families.h"
#include "nn/norm.h"

namespace dlt::api {
namespace {

double epsilon(config::Reader& r, double value = 1e-5) {
  r.field("eps", value, 0, 1);
  return value;
}

nn::Affine affine(config::Reader& r, bool wanted = true) {
  r.field("affine", wanted);
  return wanted ? nn::Affine::yes : nn::Affine::no;
}

Layer batch_norm(config::Reader& r, const nn::Scope& s, const Shape& input) {
  const std::int64_t channels = inferred(r, "num_features", input, 1);
  nn::BatchNorm::Options o;
  o.epsilon = epsilon(r);
  r.field("momentum", o.momentum, 0, 1);
  o.affine = affine(r);
  const nn::BatchNorm layer(s, channels, o);
  return {[layer](const Tensor& x, nn::Pass& pass) { return layer(x, pass.training); }};
}

// The trailing axes; by default the last one.
Shape normalized_shape(config::Reader& r, const Shape& input) {
  std::vector<std::int64_t> given = {input.dim(-1)};
  r.field("normalized_shape", given, 1, most_channels);
  return Shape(std::move(given));
}

Layer layer_norm(config::Reader& r, const nn::Scope& s, const Shape& input) {
  const Shape normalized = normalized_shape(r, input);
  const nn::Bias bias = read_bias(r);
  const nn::LayerNorm layer(s, normalized, bias, epsilon(r));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }};
}

Layer rms_norm(config::Reader& r, const nn::Scope& s, const Shape& input) {
  std::int64_t width = input.dim(-1);
  r.field("normalized_shape", width, 1, most_channels);
  const nn::RmsNorm layer(s, width, epsilon(r));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }};
}

Layer group_norm(config::Reader& r, const nn::Scope& s, const Shape& input) {
  const std::int64_t channels = inferred(r, "num_channels", input, 1);
  std::int64_t groups = 1;
  r.need("num_groups", "an integer >= 1");
  r.field("num_groups", groups, 1, channels);
  const double eps = epsilon(r);
  const nn::GroupNorm layer(s, groups, channels, eps, affine(r));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }};
}

Layer instance_norm(config::Reader& r, const nn::Scope& s, const Shape& input) {
  const std::int64_t channels = inferred(r, "num_features", input, 1);
  const double eps = epsilon(r);
  const nn::InstanceNorm layer(s, channels, eps, affine(r, false));
  return {[layer](const Tensor& x, nn::Pass&) { return layer(x); }};
}

}  // namespace

LayerEntries norm_layers() {
  return {
      {{"layers.batch_norm2d", "nn.BatchNorm2d", "layers.BatchNormalization", "batch_norm2d",
        "layers.batch_norm1d", "nn.BatchNorm1d"},
       "normalizes channels by the batch, in evaluation by running statistics",
       LayerType{batch_norm}},
      {{"layers.layer_norm", "nn.LayerNorm", "layers.LayerNormalization", "layer_norm"},
       "normalizes the last axes of each example",
       LayerType{layer_norm}},
      {{"layers.rms_norm", "nn.RMSNorm", "rms_norm"},
       "divides the last axis by its root mean square",
       LayerType{rms_norm}},
      {{"layers.group_norm", "nn.GroupNorm", "layers.GroupNormalization", "group_norm"},
       "normalizes groups of channels of each example",
       LayerType{group_norm, R"({"num_groups": 2})"}},
      {{"layers.instance_norm", "nn.InstanceNorm2d", "nn.InstanceNorm1d", "instance_norm"},
       "normalizes each channel of each example",
       LayerType{instance_norm}},
  };
}

}  // namespace dlt::api
