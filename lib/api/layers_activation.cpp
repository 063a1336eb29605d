#include "api/layer_families.h"
#include "ops/elementwise.h"
#include "ops/norm.h"

namespace dlt::api {
namespace {

template <Tensor (*f)(const Tensor&)>
Layer simple(config::Reader&, const nn::Scope&, const Shape&) {
  return {[](const Tensor& x, nn::Pass&) { return f(x); }};
}

Layer gelu(config::Reader& r, const nn::Scope&, const Shape&) {
  auto form = ops::Gelu::erf;
  r.choice("approximate", form, {{"none", ops::Gelu::erf}, {"tanh", ops::Gelu::tanh}});
  return {[form](const Tensor& x, nn::Pass&) { return ops::gelu(x, form); }};
}

Layer elu(config::Reader& r, const nn::Scope&, const Shape&) {
  double alpha = 1;
  r.field("alpha", alpha, 0, 1e6);
  return {[alpha](const Tensor& x, nn::Pass&) { return ops::elu(x, alpha); }};
}

Layer leaky_relu(config::Reader& r, const nn::Scope&, const Shape&) {
  double slope = 0.01;
  r.field("negative_slope", slope, -1e6, 1e6);
  return {[slope](const Tensor& x, nn::Pass&) { return ops::leaky_relu(x, slope); }};
}

template <Tensor (*f)(const Tensor&, std::int64_t)>
Layer along(config::Reader& r, const nn::Scope&, const Shape&) {
  std::int64_t dim = -1;
  r.field("dim", dim, -16, 15);
  return {[dim](const Tensor& x, nn::Pass&) { return f(x, dim); }};
}

}  // namespace

LayerEntries activation_layers() {
  return {
      {{"layers.relu", "nn.ReLU", "layers.ReLU", "relu"},
       "max(x, 0)",
       LayerType{simple<ops::relu>}},
      {{"layers.relu6", "nn.ReLU6", "relu6"}, "min(max(x, 0), 6)", LayerType{simple<ops::relu6>}},
      {{"layers.leaky_relu", "nn.LeakyReLU", "layers.LeakyReLU", "leaky_relu"},
       "x, or a little of it where it is negative",
       LayerType{leaky_relu}},
      {{"layers.elu", "nn.ELU", "layers.ELU", "elu"},
       "x, or alpha (exp(x) - 1) where it is negative",
       LayerType{elu}},
      {{"layers.selu", "nn.SELU", "selu"},
       "elu scaled to keep mean and variance",
       LayerType{simple<ops::selu>}},
      {{"layers.gelu", "nn.GELU", "gelu"}, "x times the normal distribution", LayerType{gelu}},
      {{"layers.silu", "nn.SiLU", "silu"}, "x sigmoid(x)", LayerType{simple<ops::silu>}},
      {{"layers.mish", "nn.Mish", "mish"}, "x tanh(softplus(x))", LayerType{simple<ops::mish>}},
      {{"layers.hardswish", "nn.Hardswish", "hardswish"},
       "x relu6(x + 3) / 6",
       LayerType{simple<ops::hardswish>}},
      {{"layers.hardsigmoid", "nn.Hardsigmoid", "hardsigmoid"},
       "relu6(x + 3) / 6",
       LayerType{simple<ops::hardsigmoid>}},
      {{"layers.sigmoid", "nn.Sigmoid", "sigmoid"},
       "1 / (1 + exp(-x))",
       LayerType{simple<ops::sigmoid>}},
      {{"layers.tanh", "nn.Tanh", "tanh"}, "hyperbolic tangent", LayerType{simple<ops::tanh>}},
      {{"layers.softplus", "nn.Softplus", "softplus"},
       "log(1 + exp(x))",
       LayerType{simple<ops::softplus>}},
      {{"layers.softsign", "nn.Softsign", "softsign"},
       "x / (1 + |x|)",
       LayerType{simple<ops::softsign>}},
      {{"layers.softmax", "nn.Softmax", "layers.Softmax", "softmax"},
       "exp(x) divided by its sum along an axis",
       LayerType{along<ops::softmax>}},
      {{"layers.log_softmax", "nn.LogSoftmax", "log_softmax"},
       "the logarithm of softmax",
       LayerType{along<ops::log_softmax>}},
  };
}

}  // namespace dlt::api
