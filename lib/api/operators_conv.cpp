#include "api/conv_attributes.h"
#include "api/families.h"
#include "ops/conv.h"

namespace dlt::api {
namespace {

constexpr std::int64_t most = 1 << 20;  // of strides, paddings, dilations

Call conv1d(config::Reader& r) {
  const auto c = read_conv<ops::Conv1d>(r, most);
  return [=](const Inputs& in) {
    return Outputs{ops::conv1d(in["x"], in["weight"], in.optional("bias"), c)};
  };
}

Call conv2d(config::Reader& r) {
  const auto c = read_conv<ops::Conv>(r, most);
  return [=](const Inputs& in) {
    return Outputs{ops::conv2d(in["x"], in["weight"], in.optional("bias"), c)};
  };
}

Call conv_transpose2d(config::Reader& r) {
  const auto c = read_conv<ops::ConvTranspose>(r, most);
  return [=](const Inputs& in) {
    return Outputs{ops::conv_transpose2d(in["x"], in["weight"], in.optional("bias"), c)};
  };
}

}  // namespace

Entries conv_operators() {
  return {
      {{"nn.conv1d", "conv1d"},
       "convolution (cross-correlation) along time",
       {"x, weight, bias? -> y", conv1d, R"({"padding": 2, "groups": 3})",
        "x[2, 3, 7], weight[3, 1, 3], bias[3]"}},
      {{"nn.conv2d", "conv2d"},
       "convolution (cross-correlation) of images",
       {"x, weight, bias? -> y", conv2d, R"({"stride": [2, 1], "padding": 1})",
        "x[2, 4, 7, 5], weight[6, 4, 3, 3], bias[6]"}},
      {{"nn.conv_transpose2d", "conv_transpose2d"},
       "transposed convolution of images, for learned upsampling",
       {"x, weight, bias? -> y", conv_transpose2d,
        R"({"stride": 2, "padding": 1, "output_padding": 1, "groups": 2})",
        "x[2, 4, 3, 4], weight[4, 3, 3, 3], bias[6]"}},
  };
}

}  // namespace dlt::api
