#include "optim/optimizer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/failure.h"
#include "support/naive_optim.h"
#include "support/one_parameter.h"

using namespace dlt;
using optim::OptimizerConfig;
using test::OneParameter;
using test::put_gradient;

namespace {

const std::vector<std::string> every = {
    R"({"name": "sgd"})",
    R"({"name": "sgd", "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1})",
    R"({"name": "sgd", "momentum": 0.9, "nesterov": true})",
    R"({"name": "sgdw", "momentum": 0.9, "weight_decay": 0.1})",
    R"({"name": "adam", "weight_decay": 0.1})",
    R"({"name": "adam", "amsgrad": true})",
    R"({"name": "adamw", "weight_decay": 0.1})",
    R"({"name": "adamw", "amsgrad": true, "betas": [0.5, 0.6]})",
    R"({"name": "rmsprop"})",
    R"({"name": "rmsprop", "centered": true, "momentum": 0.5, "weight_decay": 0.1})",
    R"({"name": "adagrad", "lr_decay": 0.1, "initial_accumulator_value": 0.5})",
    R"({"name": "adadelta", "weight_decay": 0.1})",
    R"({"name": "adamax", "weight_decay": 0.1})",
    R"({"name": "nadam", "weight_decay": 0.1, "momentum_decay": 0.1})",
    R"({"name": "nadam", "weight_decay": 0.1, "decoupled_weight_decay": true})",
    R"({"name": "radam", "weight_decay": 0.1})",
    R"({"name": "radam", "weight_decay": 0.1, "decoupled_weight_decay": true, "betas": [0.9, 0.9]})",
};

std::string setting() { return every[GENERATE(range(std::size_t{0}, every.size()))]; }

// The twin of a config, from the values that were used.
test::NaiveOptimizer twin(const std::string& text) {
  auto r = config::Reader::parse_text(text, "a.json");
  OptimizerConfig::read(r);
  const auto c = nlohmann::json::parse(r.resolved());
  test::NaiveOptimizer n;
  n.name = c["name"];
  n.lr = c["lr"];
  n.weight_decay = c["weight_decay"];
  n.eps = c.value("eps", 0.0);
  n.amsgrad = c.value("amsgrad", false);
  n.decoupled = c.value("decoupled_weight_decay", false);
  n.momentum_decay = c.value("momentum_decay", 0.0);
  n.momentum = c.value("momentum", 0.0);
  n.dampening = c.value("dampening", 0.0);
  n.nesterov = c.value("nesterov", false);
  n.centered = c.value("centered", false);
  n.alpha = c.value("alpha", 0.0);
  n.rho = c.value("rho", 0.0);
  n.lr_decay = c.value("lr_decay", 0.0);
  n.sum = c.value("initial_accumulator_value", 0.0);
  if (c.contains("betas")) {
    n.beta1 = c["betas"][0];
    n.beta2 = c["betas"][1];
  }
  return n;
}

Tensor drawn(const Shape& shape, std::uint64_t seed) {
  Tensor t = Tensor::zeros(shape);
  Rng rng(seed);
  for (std::int64_t i = 0; i < t.size(); ++i) t.mutable_data()[i] = static_cast<real>(rng.normal());
  return t;
}

}  // namespace

TEST_CASE("every rule and option equals its scalar twin", "[optim]") {
  const std::string text = setting();
  INFO(text);
  const auto width = GENERATE(1, 7, 67);
  OneParameter model(drawn({1, width}, 1), text);
  std::vector<test::NaiveOptimizer> twins(static_cast<std::size_t>(width), twin(text));
  std::vector<double> w(model.w.values().begin(), model.w.values().end());
  const double tolerance = sizeof(real) == 8 ? 1e-11 : 2e-6;
  for (std::uint64_t step = 1; step <= 20; ++step) {
    const Tensor grad = drawn({1, width}, step);
    model.step(grad, 0.5);
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] = twins[i].step(w[i], 0.5 * static_cast<double>(grad.values()[i]));
      CHECK(model.w.values()[i] == Approx(w[i]).epsilon(0).margin(tolerance * 5));
    }
  }
}

TEST_CASE("vectors do not decay, matrices do", "[optim]") {
  const auto name = GENERATE(as<std::string>(), "adamw", "sgd", "sgdw");
  nn::Params params(1);
  const Tensor matrix = params.create("matrix", {2, 2}, nn::ones());
  const Tensor vector = params.create("vector", {2}, nn::ones());
  const Tensor unused = params.create("unused", {2, 2}, nn::ones());
  put_gradient(matrix, Tensor::zeros({2, 2}));
  put_gradient(vector, Tensor::zeros({2}));
  auto c = OptimizerConfig::parse(R"({"name": ")" + name + R"(", "weight_decay": 0.5})");
  optim::Optimizer(params, c).step(0.1, 1);
  CHECK(matrix.data()[0] == Approx(0.95));
  CHECK(vector.data()[0] == 1);
  CHECK(unused.data()[0] == 1);  // no gradient, no step
}

TEST_CASE("an optimizer goes on from its state, to the same bits", "[optim]") {
  const std::string text = setting();
  INFO(text);
  const Tensor start = drawn({2, 5}, 1);
  OneParameter whole(start, text), before(start, text);
  for (std::uint64_t step = 1; step <= 7; ++step) {
    for (OneParameter* model : {&whole, &before}) model->step(drawn({2, 5}, step));
  }
  OneParameter after(before.w, text);
  after.optimizer.load(before.optimizer.state(), 7);
  for (std::uint64_t step = 8; step <= 14; ++step) {
    for (OneParameter* model : {&whole, &after}) model->step(drawn({2, 5}, step));
  }
  CHECK(std::ranges::equal(whole.w.values(), after.w.values()));
  for (const auto& [name, t] : whole.optimizer.state()) {
    CHECK(std::ranges::equal(t.values(), after.optimizer.state().at(name).values()));
  }
}

TEST_CASE("checkpoints name an optimizer's arrays like this", "[optim]") {
  const auto names = [](const std::string& text) {
    std::string all;
    const OneParameter model(Tensor::zeros({1, 1}), text);
    for (const auto& [name, t] : model.optimizer.state()) all += name + " ";
    return all;
  };
  CHECK(names(R"({"name": "adamw"})") == "m.w v.w ");
  CHECK(names(R"({"name": "adam", "amsgrad": true})") == "m.w v.w vmax.w ");
  CHECK(names(R"({"name": "sgd"})").empty());
  CHECK(names(R"({"name": "sgd", "momentum": 0.9})") == "momentum.w ");
  CHECK(names(R"({"name": "rmsprop"})") == "v.w ");
  CHECK(names(R"({"name": "rmsprop", "centered": true, "momentum": 0.1})") ==
        "mean.w momentum.w v.w ");
  CHECK(names(R"({"name": "adagrad"})") == "sum.w ");
  CHECK(names(R"({"name": "adadelta"})") == "delta.w v.w ");
  CHECK(names(R"({"name": "adamax"})") == "inf.w m.w ");
  CHECK(names(R"({"name": "nadam"})") == "m.w v.w ");
  CHECK(names(R"({"name": "radam"})") == "m.w v.w ");
}

TEST_CASE("an optimizer's state that does not fit is refused as a whole", "[optim][errors]") {
  nn::Params params(1);
  params.create("w", {3}, nn::zeros());
  optim::Optimizer adam(params, {}), sgd(params, OptimizerConfig::parse(R"({"name": "sgd"})"));
  CHECK_THROWS_WITH(adam.load({}, 1), "the checkpoint has no 'm.w' [3] of the optimizer");
  CHECK_THROWS_WITH(adam.load({{"m.w", Tensor::zeros({3})}, {"v.w", Tensor::zeros({4})}}, 1),
                    "'v.w' of the optimizer is [4] in the checkpoint, [3] here");
  CHECK_THROWS_WITH(sgd.load(adam.state(), 1),
                    "the checkpoint has 'm.w' [3], which this optimizer does not use");
}

TEST_CASE("each optimizer has PyTorch's defaults", "[optim][config]") {
  const auto defaults = [](const std::string& name) {
    auto r = config::Reader::parse_text(R"({"name": ")" + name + "\"}", "a.json");
    OptimizerConfig::read(r);
    auto c = nlohmann::json::parse(r.resolved());
    c.erase("name");
    c.erase("groups");
    return c.dump();
  };
  CHECK(defaults("sgd") ==
        R"({"dampening":0.0,"lr":0.001,"momentum":0.0,"nesterov":false,"weight_decay":0.0})");
  CHECK(defaults("adam") ==
        R"({"amsgrad":false,"betas":[0.9,0.999],"eps":1e-08,"lr":0.001,"weight_decay":0.0})");
  CHECK(defaults("adamw") ==
        R"({"amsgrad":false,"betas":[0.9,0.999],"eps":1e-08,"lr":0.001,"weight_decay":0.01})");
  CHECK(
      defaults("rmsprop") ==
      R"({"alpha":0.99,"centered":false,"eps":1e-08,"lr":0.01,"momentum":0.0,"weight_decay":0.0})");
  CHECK(
      defaults("adagrad") ==
      R"({"eps":1e-10,"initial_accumulator_value":0.0,"lr":0.01,"lr_decay":0.0,"weight_decay":0.0})");
  CHECK(defaults("adadelta") == R"({"eps":1e-06,"lr":1.0,"rho":0.9,"weight_decay":0.0})");
  CHECK(defaults("adamax") == R"({"betas":[0.9,0.999],"eps":1e-08,"lr":0.002,"weight_decay":0.0})");
  CHECK(defaults("nadam") ==
        R"({"betas":[0.9,0.999],"decoupled_weight_decay":false,"eps":1e-08,"lr":0.002,)"
        R"("momentum_decay":0.004,"weight_decay":0.0})");
  CHECK(defaults("radam") ==
        R"({"betas":[0.9,0.999],"decoupled_weight_decay":false,"eps":1e-08,"lr":0.001,)"
        R"("weight_decay":0.0})");
}

TEST_CASE("mistakes in an optimizer's settings say what is allowed", "[optim][errors]") {
  const auto mistake = [](const std::string& text) {
    return test::failure(
        [&] {
          auto r = config::Reader::parse_text(text, "a.json");
          OptimizerConfig::read(r);
          r.done();
        },
        Exit::usage);
  };
  CHECK(mistake(R"({"betas": [0.9]})") ==
        "a.json:1:11: /betas: expected two numbers in [0, 1), as in [0.9, 0.95]");
  CHECK(mistake(R"({"name": "sgd", "nesterov": true})") ==
        "a.json:1:29: /nesterov: needs a momentum above 0");
  CHECK(mistake(R"({"name": "sgd", "momentum": 0.9, "dampening": 0.1, "nesterov": true})") ==
        "a.json:1:64: /nesterov: needs a dampening of 0");
  CHECK(mistake(R"({"momentum": 0.9})") ==
        "a.json:1:2: /momentum: is not a known key; known: amsgrad, betas, eps, groups, lr, name, "
        "weight_decay");
  CHECK(mistake(R"({"name": "rmsprop", "alpha": 1})") ==
        "a.json:1:30: /alpha: expected a number in [0, 1), got 1");
  CHECK(mistake(R"({"name": "adan"})") ==
        "a.json:1:10: /name: unknown optimizer 'adan'; did you mean 'adam'?");
}
