#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "models/model.h"
#include "models/sequential/network.h"
#include "ops/loss.h"
#include "optim/optimizer.h"
#include "support/check_op.h"
#include "support/failure.h"
#include "train/step.h"

using namespace dlt;

namespace {

const char* article = R"({"layers": [
  {"name": "nn.Conv2d", "in_channels": 1, "out_channels": 16, "kernel_size": 5},
  {"name": "nn.ReLU"},
  {"name": "nn.MaxPool2d", "kernel_size": 2},
  {"name": "nn.Conv2d", "in_channels": 16, "out_channels": 32, "kernel_size": 5},
  {"name": "nn.ReLU"},
  {"name": "nn.MaxPool2d", "kernel_size": 2},
  {"name": "nn.Flatten"},
  {"name": "nn.Linear", "in_features": 512, "out_features": 10}]})";

struct Made {
  Made(const std::string& json, const Shape& item)
      : reader(config::Reader::parse_text(json, "m.json")), net(reader, params, item) {
    reader.done();
  }
  config::Reader reader;
  nn::Params params{1};
  models::Network net;
};

std::string refusal(const std::string& json, const Shape& item) {
  return test::failure([&] { Made(json, item); }, Exit::usage);
}

}  // namespace

TEST_CASE("the article's network has its shapes and 18,378 parameters", "[sequential]") {
  const Made made(article, {1, 28, 28});
  CHECK(made.params.count() == 18378);
  CHECK(made.params.names() ==
        std::vector<std::string>{"0.weight", "0.bias", "3.weight", "3.bias", "7.weight", "7.bias"});
  const auto& rows = made.net.rows();
  REQUIRE(rows.size() == 8);
  const Shape shapes[] = {{1, 16, 24, 24}, {1, 16, 24, 24}, {1, 16, 12, 12}, {1, 32, 8, 8},
                          {1, 32, 8, 8},   {1, 32, 4, 4},   {1, 512},        {1, 10}};
  for (std::size_t i = 0; i < 8; ++i) CHECK(rows[i].output == shapes[i]);
  CHECK(rows[0].label == "0 (layers.conv2d)");
  CHECK(rows[0].parameters == 416);
  CHECK(rows[3].parameters == 12832);
  CHECK(rows[7].parameters == 5130);
  CHECK(rows[0].macs == 24 * 24 * 16 * 25);
  CHECK(rows[3].macs == 8 * 8 * 32 * 16 * 25);
  CHECK(rows[7].macs == 5120);
}

TEST_CASE("a layer that does not fit is named with its place", "[sequential]") {
  CHECK(refusal(R"({"layers": [{"name": "relu"}, {"name": "conv2d", "out_channels": 2,
                     "kernel_size": 9}]})",
                {1, 4, 4})
            .starts_with("m.json:1:40: /layers/1/name: conv2d: "));
  CHECK(refusal(R"({"layers": [{"name": "conv2d", "out_channels": 2, "kernel_size": 3}]})", {4}) ==
        "m.json:1:22: /layers/0/name: needs an input [batch, channels, height, width], got [1, 4]\n"
        "  in layer 0 (layers.conv2d)");
  CHECK(
      refusal(R"({"layers": [{"name": "layers.conv2e"}]})", {4}) ==
      "m.json:1:22: /layers/0/name: unknown layer 'layers.conv2e'; did you mean 'layers.conv2d'?");
  CHECK(refusal(R"({"layers": [{"name": "linear", "out_features": 2, "bais": true}]})", {4}) ==
        "m.json:1:51: /layers/0/bais: is not a known key; did you mean 'bias'?");
  CHECK(refusal(R"({"layers": [{}]})", {4}) ==
        "m.json:1:13: /layers/0/name: is required, the name of a layer");
  CHECK(refusal(R"({"layers": []})", {4}) ==
        "m.json:1:12: /layers: needs at least one layer, as in [{\"name\": \"layers.linear\", "
        "\"out_features\": 1}]");
}

TEST_CASE("an encoder and its mirror image: unpools take the last pool first", "[sequential]") {
  const Made made(R"({"layers": [
      {"name": "max_pool2d", "kernel_size": 2, "return_indices": true},
      {"name": "max_pool2d", "kernel_size": 3, "return_indices": true},
      {"name": "max_unpool2d"}, {"name": "max_unpool2d"}]})",
                  {2, 13, 13});
  CHECK(made.net.output() == Shape{1, 2, 13, 13});
}

TEST_CASE("every gradient of a small network equals central differences",
          "[sequential][gradcheck]") {
  constexpr bool exact = sizeof(real) == sizeof(double);
  constexpr double step = exact ? 1e-6 : 1e-2, tolerance = exact ? 1e-6 : 3e-2;
  const Made made(R"({"layers": [
      {"name": "conv2d", "out_channels": 2, "kernel_size": 2}, {"name": "tanh"},
      {"name": "group_norm", "num_groups": 2}, {"name": "avg_pool2d", "kernel_size": 2},
      {"name": "flatten"}, {"name": "linear", "out_features": 3}]})",
                  {1, 5, 5});
  const Tensor x = test::random({3, 1, 5, 5}, 1);
  const Indices labels({3}, {0, 2, 1});
  const auto loss = [&] { return ops::cross_entropy(made.net(x, nullptr), labels); };
  autograd::backward(loss());
  const autograd::NoGrad off;
  for (const auto& [name, parameter] : made.params.all()) {
    Tensor t = parameter;
    for (std::int64_t i = 0; i < t.size(); ++i) {
      real& value = t.mutable_data()[i];
      const real kept = value;
      value = kept + static_cast<real>(step);
      const double right = loss().item();
      value = kept - static_cast<real>(step);
      const double left = loss().item();
      value = kept;
      INFO(name << " element " << i);
      CHECK(t.grad().data()[i] ==
            Approx((right - left) / (2 * step)).epsilon(tolerance).margin(tolerance));
    }
  }
}

TEST_CASE("the article's network learns one batch by heart", "[sequential]") {
  auto root = config::Reader::parse_text(
      std::string(R"({"model": {"name": "net.sequential", "input": [1, 28, 28], )") +
          (article + 1) + R"(, "train": {"batch": 8}})",
      "c.json");
  const auto model = models::make_model(root, {});
  CHECK(model->summary().parameters == 18378);
  train::Task& task = model->synthetic_task();
  optim::Optimizer optimizer(task.params(), optim::OptimizerConfig());
  double loss = 0;
  for (int i = 0; i < 60; ++i) loss = train::train_step(task, optimizer, {}, 1e-2, 1).loss;
  CHECK(loss < 0.01);
}

TEST_CASE("what a sequential config lacks is said", "[sequential]") {
  const auto refuses = [](const std::string& text, const std::string& why) {
    CHECK(test::failure(
              [&] {
                auto root = config::Reader::parse_text(text, "c.json");
                models::make_model(root, {})->open_data("");
              },
              Exit::usage) == why);
  };
  const std::string layers = R"("layers": [{"name": "linear", "out_features": 3}])";
  refuses(R"({"model": {"name": "sequential", )" + layers + "}}",
          "c.json:1:11: /model/input: is required, the shape of one example, as there are no data "
          "to see it");
  refuses(R"({"model": {"name": "sequential", "input": 4, )" + layers + "}}",
          R"(the config has no data: add "data": {"name": "csv", "train": "rows.csv"}, say)");
  refuses(R"({"model": {"name": "sequential", "input": [2, 4], )" + layers + "}}",
          "c.json:1:61: /model/layers: the loss cross_entropy needs [batch, classes] from the last "
          "layer, which gives [1, 2, 3]: put layers.flatten and layers.linear behind it");
  const std::string data = R"(}, "data": {"name": "csv", "train": "data/fixtures/moons.csv"}, )";
  refuses(R"({"model": {"name": "sequential", "input": 4, )" + layers + data + R"("seed": 2})",
          "c.json:1:43: /model/input: the data have inputs of [2], not [4]");
  refuses(R"({"model": {"name": "sequential", )" + layers + data +
              R"("train": {"epochs": 1, "steps": 2}})",
          "c.json:1:167: /train/epochs: give epochs or steps, not both");
  refuses(R"({"model": {"name": "sequential", "layers": [{"name": "linear", "out_features": 1}])" +
              data + R"("seed": 2})",
          "the training data: there are 2 classes, the last layer gives 1");
  refuses(
      R"({"model": {"name": "sequential", "loss": "mse", )" + layers +
          R"(}, "data": {"name": "csv", "train": "data/fixtures/line.csv"}})",
      "the training data: there are 1 numbers to predict for each input, the last layer gives 3");
}
