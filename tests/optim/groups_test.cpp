#include "optim/groups.h"

#include <catch2/catch.hpp>

#include "support/failure.h"
#include "support/one_parameter.h"

using namespace dlt;
using optim::glob_distance;
using optim::OptimizerConfig;

namespace {

struct Model {
  nn::Params params{1};
  Tensor weight = params.create("head.weight", {1, 1}, nn::ones());
  Tensor bias = params.create("head.bias", {1}, nn::ones());
  Tensor rate = params.create("mixer.A_log", {1}, nn::ones());

  void step(const std::string& groups) {
    const auto config = OptimizerConfig::parse(
        R"({"name": "sgd", "lr": 0.1, "weight_decay": 0.5, "groups": )" + groups + "}");
    for (const auto& [name, t] : params.all()) {
      test::put_gradient(t, Tensor::filled(t.shape(), 1));
    }
    optim::Optimizer(params, config).step(0.1, 1);
  }
};

std::string mistake(const std::string& groups) {
  return test::failure([&] { Model().step(groups); }, Exit::usage);
}

}  // namespace

TEST_CASE("a pattern's distance is what would have to change", "[optim]") {
  CHECK(glob_distance("*.bias", "head.bias") == 0);
  CHECK(glob_distance("*", "") == 0);
  CHECK(glob_distance("", "") == 0);
  CHECK(glob_distance("", "abc") == 3);
  CHECK(glob_distance("blocks.?.norm*.weight", "blocks.3.norm1.weight") == 0);
  CHECK(glob_distance("blocks.?.norm*.weight", "blocks.12.norm1.weight") == 1);
  CHECK(glob_distance("*A_log", "layers.0.mixer.A_log") == 0);
  CHECK(glob_distance("*A_log*", "A_logs") == 0);
  CHECK(glob_distance("a**b", "axxb") == 0);
  CHECK(glob_distance("*.bais", "head.bias") == 2);
  CHECK(glob_distance("head", "head.bias") == 5);
  CHECK(glob_distance("head.bias.x", "head.bias") == 2);
}

TEST_CASE("the first group that matches sets rate and decay", "[optim]") {
  Model model;
  model.step(R"([{"match": ["*A_log", "*.bias"], "lr_scale": 0.1, "weight_decay": 1},
                 {"match": "*.bias", "lr_scale": 7}])");
  CHECK(model.weight.item() == Approx(1 - 0.1 * 1.5));    // in no group
  CHECK(model.bias.item() == Approx(1 - 0.1 * 0.1 * 2));  // a vector that decays as asked
  CHECK(model.rate.item() == Approx(1 - 0.1 * 0.1 * 2));
}

TEST_CASE("a group without a decay keeps the usual one", "[optim]") {
  Model model;
  model.step(R"([{"match": "head.*", "lr_scale": 2}])");
  CHECK(model.weight.item() == Approx(1 - 0.2 * 1.5));
  CHECK(model.bias.item() == Approx(1 - 0.2));
  CHECK(model.rate.item() == Approx(1 - 0.1));
}

TEST_CASE("a rate of 0 freezes a group", "[optim]") {
  Model model;
  model.step(R"([{"match": "head.weight", "lr_scale": 0}])");
  CHECK(model.weight.item() == 1);
}

TEST_CASE("mistakes in groups have their place", "[optim][errors]") {
  CHECK(mistake(R"([{"match": "*.bias"}, {"match": ["*.weight", "*.bais"]}])") ==
        "optimizer:1:91: /groups/1/match: '*.bais' matches no parameter; the nearest is "
        "'head.bias'");
  CHECK(mistake(R"([{"weight_decay": 0}])") ==
        "optimizer:1:60: /groups/0/match: is required, a pattern or a list of patterns");
  CHECK(mistake(R"([{"match": "*", "lr": 1}])") ==
        "optimizer:1:75: /groups/0/lr: is not a known key; known: lr_scale, match, weight_decay");
  CHECK(mistake(R"([{"match": 3}])") ==
        "optimizer:1:70: /groups/0/match: expected a string or a list of strings, got 3 (number)");
  CHECK(mistake(R"({"match": "*"})") ==
        "optimizer:1:59: /groups: expected a list of objects, got {\"match\":\"*\"} (object)");
}
