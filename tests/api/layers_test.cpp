#include <catch2/catch.hpp>

#include "api/layer.h"
#include "autograd/autograd.h"
#include "support/check_op.h"
#include "support/failure.h"

using namespace dlt;

namespace {

// What a layer of this name and these attributes makes of x.
Tensor run(const std::string& name, const std::string& attributes, const Tensor& x,
           nn::Pass* pass = nullptr) {
  auto r = config::Reader::parse_text(attributes, "l.json");
  nn::Params params(1);
  const auto layer =
      api::make_layer(api::layers().find(name).make, r, nn::Scope(params), x.shape());
  r.done();
  nn::Pass own;
  const autograd::NoGrad off;
  return layer.run(x, pass != nullptr ? *pass : own);
}

std::string refusal(const std::string& name, const std::string& attributes, const Shape& input,
                    Exit exit = Exit::usage) {
  return test::failure([&] { run(name, attributes, Tensor::zeros(input)); }, exit);
}

const Tensor square = Tensor::from({1, 1, 2, 2}, {1, 2, 3, 4});

}  // namespace

TEST_CASE("layers are known by torch's, Keras' and short names", "[api]") {
  for (const char* name : {"nn.Conv2d", "layers.Conv2d", "conv2d"}) {
    CHECK(api::layers().find(name).canonical() == "layers.conv2d");
  }
  CHECK(api::layers().advice("nn.UpsamplingNearest2d") ==
        "layer 'nn.UpsamplingNearest2d' is an old name: write 'layers.upsample'");
  CHECK(test::failure([] { api::layers().find("layers.conv2e"); }, Exit::usage) ==
        "unknown layer 'layers.conv2e'; did you mean 'layers.conv2d'?");
}

TEST_CASE("a preset fixes attributes that may be given all the same", "[api]") {
  const std::string twice = R"({"scale_factor": 2})";
  const Tensor y = run("nn.UpsamplingBilinear2d", twice, square);
  const double corners[] = {1, 4. / 3, 5. / 3, 2};
  for (int i = 0; i < 4; ++i) CHECK(y.data()[i] == Approx(corners[i]));
  const Tensor plain =
      run("layers.upsampling_bilinear2d", R"({"scale_factor": 2, "align_corners": false})", square);
  CHECK(plain.data()[1] == Approx(1.25));
  const Tensor nearest = run("nn.UpsamplingNearest2d", twice, square);
  CHECK(nearest.data()[1] == 1);
  CHECK(nearest.data()[2] == 2);
  CHECK(refusal("upsample", R"({"scale_factor": 2, "size": 4})", {1, 1, 2, 2}) ==
        "l.json:1:29: /size: give one of size and scale_factor");
  CHECK(refusal("upsample", R"({"scale_factor": 2, "mode": "linear"})", {1, 1, 2, 2}) ==
        "l.json:1:29: /mode: 'linear' is for inputs of 3 axes, this one has 4");
  CHECK(refusal("upsample", R"({"scale_factor": 2, "align_corners": true})", {1, 1, 2, 2}) ==
        "l.json:1:38: /align_corners: has no meaning for the modes nearest and nearest-exact");
}

TEST_CASE("sizes of inputs need not be given, and must be right where they are", "[api]") {
  const Tensor x = test::random({2, 3, 8, 8}, 1);
  CHECK(run("conv2d", R"({"out_channels": 4, "kernel_size": 3})", x).shape() == Shape{2, 4, 6, 6});
  CHECK(
      run("conv2d", R"({"in_channels": 3, "out_channels": 4, "kernel_size": [1, 3]})", x).shape() ==
      Shape{2, 4, 8, 6});
  CHECK(refusal("conv2d", R"({"in_channels": 4, "out_channels": 4, "kernel_size": 3})",
                {2, 3, 8, 8}) ==
        "l.json:1:17: /in_channels: expected 3, as its input is [2, 3, 8, 8], got 4");
  CHECK(refusal("linear", R"({"in_features": 192, "out_features": 4})", {2, 3, 8, 8}) ==
        "l.json:1:17: /in_features: expected 8, as its input is [2, 3, 8, 8] (layers.flatten makes "
        "one axis of all), got 192");
  CHECK(refusal("linear", "{}", {2, 3}) ==
        "l.json:1:1: /out_features: is required, an integer >= 1");
  CHECK(refusal("conv2d", R"({"out_channels": 4, "kernel_size": 3})", {2, 3}, Exit::failed) ==
        "needs an input [batch, channels, height, width], got [2, 3]");
  CHECK(refusal("conv2d", R"({"out_channels": 4, "kernel_size": 1, "groups": 2})", {2, 3, 8, 8},
                Exit::failed) ==
        "conv2d: 3 input and 4 output channels cannot be divided into 2 groups");
  CHECK(refusal("conv2d", R"({"out_channels": 4, "kernel_size": 0})", {2, 3, 8, 8}) ==
        "l.json:1:36: /kernel_size: expected an integer in [1, 4096], got 0 (number)");
}

TEST_CASE("an unpool puts back what the last max pool took", "[api]") {
  std::vector<real> numbers;
  for (int i = 1; i <= 16; ++i) numbers.push_back(static_cast<real>(i));
  const Tensor x = Tensor::from({1, 1, 4, 4}, numbers);
  nn::Pass pass;
  const Tensor y = run("nn.MaxPool2d", R"({"kernel_size": 2, "return_indices": true})", x, &pass);
  CHECK(std::vector<real>(y.values().begin(), y.values().end()) == std::vector<real>{6, 8, 14, 16});
  const Tensor back = run("nn.MaxUnpool2d", "{}", y, &pass);
  for (int i = 0; i < 16; ++i) {
    const bool largest = i == 5 || i == 7 || i == 13 || i == 15;
    CHECK(back.data()[i] == (largest ? static_cast<real>(i + 1) : 0));
  }
  CHECK(refusal("nn.MaxUnpool2d", "{}", {1, 1, 2, 2}, Exit::failed) ==
        "max_unpool2d: no layers.max_pool2d with return_indices true is left to undo");
}

TEST_CASE("pixels, sequences and shapes", "[api]") {
  const Tensor x = test::random({2, 9, 4, 4}, 1);
  CHECK(run("nn.PixelShuffle", R"({"upscale_factor": 3})", x).shape() == Shape{2, 1, 12, 12});
  CHECK(run("nn.Flatten", "{}", x).shape() == Shape{2, 144});
  CHECK(run("flatten", R"({"start_dim": 2})", x).shape() == Shape{2, 9, 16});
  CHECK(run("reshape", R"({"shape": [12, -1]})", x).shape() == Shape{2, 12, 12});
  CHECK(run("permute", R"({"dims": [0, 2, 3, 1]})", x).shape() == Shape{2, 4, 4, 9});
  CHECK(refusal("permute", R"({"dims": [1, 0]})", {2, 3}) ==
        "l.json:1:10: /dims: expected the 2 axes of the input [2, 3], 0 first");
  const Tensor sequence = test::random({2, 5, 4}, 2);
  CHECK(run("nn.LSTM", R"({"hidden_size": 3, "bidirectional": true})", sequence).shape() ==
        Shape{2, 5, 6});
  CHECK(run("last", "{}", sequence).shape() == Shape{2, 4});
  CHECK(run("nn.MultiheadAttention", R"({"num_heads": 2})", sequence).shape() == Shape{2, 5, 4});
  const Tensor ids = Tensor::from({1, 2}, {2, 0});
  CHECK(run("embedding", R"({"num_embeddings": 3, "embedding_dim": 4})", ids).shape() ==
        Shape{1, 2, 4});
  CHECK(
      test::failure([&] { run("embedding", R"({"num_embeddings": 2, "embedding_dim": 4})", ids); },
                    Exit::data) == "embedding: 2 is not a whole number in [0, 2)");
}

TEST_CASE("every layer's example can be made, run and documented", "[api]") {
  for (const auto& entry : api::layers().all()) {
    INFO(entry.canonical());
    const Shape input = api::example_input(entry.make);
    nn::Pass pass;
    pass.pooled.push_back({Indices({1, 4, 6, 6}, std::vector<std::int32_t>(144)), {}, {12, 12}});
    const Tensor x = Tensor::zeros(input);
    CHECK(run(entry.canonical(), std::string(entry.make.example), x, &pass).dim(0) == 1);
    api::layer_attributes(entry.make);
  }
  const auto attributes = api::layer_attributes(api::layers().find("nn.UpsamplingBilinear2d").make);
  REQUIRE(attributes.front().pointer == "/mode");
  CHECK(attributes.front().fallback == "\"bilinear\"");
}

TEST_CASE("every activation runs", "[api]") {
  const Tensor x = test::random({2, 3}, 1);
  for (const char* name : {"relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish",
                           "hardswish", "hardsigmoid", "sigmoid", "tanh", "softplus", "softsign",
                           "softmax", "log_softmax", "identity", "dropout"}) {
    CHECK(run(name, "{}", x).shape() == x.shape());
  }
}
