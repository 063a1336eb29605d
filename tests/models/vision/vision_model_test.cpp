#include <catch2/catch.hpp>
#include <cmath>

#include "models/model.h"
#include "models/sequential/sequential.h"
#include "optim/optimizer.h"
#include "support/failure.h"
#include "train/step.h"

namespace dlt::models {
namespace {

std::unique_ptr<Model> made(const std::string& config, Purpose purpose = Purpose::train) {
  auto root = config::Reader::parse_text(config, "c.json");
  return make_model(root, {.run = "", .purpose = purpose});
}

std::string refusal(const std::string& config) {
  return test::failure([&] { made(config, Purpose::look); }, Exit::usage);
}

TEST_CASE("a classifier says what it costs, heads for training apart", "[vision]") {
  const auto model =
      made(R"({"model": {"name": "vision.googlenet"}, "train": {"batch": 2}})", Purpose::look);
  const Summary s = model->summary();
  CHECK(s.parameters == 13004888);
  CHECK(s.items_per_step == 2);
  std::int64_t parameters = 0, macs = 0;
  for (const LayerRow& row : s.layers) {
    if (row.in_training_alone) continue;
    parameters += row.parameters;
    macs += row.macs;
  }
  CHECK(parameters == 6624904);
  CHECK(static_cast<double>(macs) / 2e6 == Approx(1498).margin(0.5));
  CHECK(s.layers.front().name == "conv1.conv (conv)");
  CHECK(s.layers.front().output == Shape{2, 64, 112, 112});
  CHECK(s.layers.front().receptive_field == std::array<std::int64_t, 2>{7, 7});
  CHECK(s.layers.back().output == Shape{2, 1000});
}

TEST_CASE("a classifier learns one batch by heart", "[vision]") {
  const auto model = made(R"({"model": {"name": "vision.shufflenet_v2", "width": 0.5,
      "small_input": true, "input": [1, 16, 16], "classes": 4}, "train": {"batch": 4}})");
  train::Task& task = model->synthetic_task();
  optim::Optimizer optimizer(task.params(), optim::OptimizerConfig());
  double loss = 0;
  for (int i = 0; i < 25; ++i) loss = train::train_step(task, optimizer, {}, 1e-3, 1).loss;
  CHECK(loss < 0.1);
}

// Gives zeros, so that every loss is the logarithm of the classes.
class Undecided : public ExampleNet {
 public:
  explicit Undecided(nn::Params& params) : unused_(params.create("x", {1, 1}, nn::ones())) {}
  Outputs run(const Tensor& x, nn::Training* training) const override {
    const Tensor y = Tensor::zeros({x.dim(0), 10});
    if (training == nullptr) return {y, {}};
    return {y, {{y, 0.3}, {y, 0.5}}};
  }
  const std::vector<Row>& rows() const override { return rows_; }
  const Shape& output() const override { return output_; }

 private:
  Tensor unused_;
  std::vector<Row> rows_;
  Shape output_ = {1, 10};
};

TEST_CASE("auxiliary heads count in the loss by their weights", "[vision]") {
  auto root = config::Reader::parse_text(R"({"model": {"name": "x"}})", "c.json");
  root.child("model").required("name");
  const auto model =
      make_example_model(root, {}, {{1, 2, 2}, 10},
                         [](config::Reader&, nn::Params& params, const SequentialSettings&) {
                           return std::make_unique<Undecided>(params);
                         });
  CHECK(model->synthetic_task().loss(1, 0).item() == Approx(1.8 * std::log(10)));
}

TEST_CASE("what a classifier cannot be made of is said with its place", "[vision]") {
  CHECK(refusal(R"({"model": {"name": "vision.inception_v3", "input": [3, 32, 32]}})") ==
        "c.json:1:52: /model/input: layer 'Mixed_6a.branch3x3.conv' (conv) cannot take "
        "[288, 1, 1]: its window of 3 does not fit into 1: give larger pictures");
  CHECK(refusal(R"({"model": {"name": "vision.resnet18", "input": [32]}})") ==
        "c.json:1:48: /model/input: a network of pictures takes [channels, height, width], not "
        "[32]");
  CHECK(refusal(R"({"model": {"name": "vision.resnet19"}})")
            .starts_with("c.json:1:20: /model/name: unknown model 'vision.resnet19'; did you mean "
                         "'vision.resnet18'?"));
  CHECK(refusal(R"({"model": {"name": "vision.resnet18", "width": 2}})") ==
        "c.json:1:39: /model/width: is not a known key; known: classes, dropout, input, "
        "label_smoothing, loss, name, small_input");
}

}  // namespace
}  // namespace dlt::models
