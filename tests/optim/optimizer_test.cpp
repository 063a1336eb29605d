#include "optim/optimizer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/file.h"
#include "io/safetensors.h"

using namespace dlt;
using optim::OptimizerConfig;

namespace {

const std::string golden = DLT_SOURCE_DIR "/tests/golden/optim/";

nn::Init copy_of(const Tensor& from) {
  return [from](Tensor& t, Rng&) { std::copy_n(from.data(), t.size(), t.mutable_data()); };
}

Tensor row(const Tensor& all, std::int64_t i, const Shape& shape) {
  return Tensor::from(shape, all.values().subspan(static_cast<std::size_t>(i * shape.size()),
                                                  static_cast<std::size_t>(shape.size())));
}

// Gives `t` this gradient.
void put_gradient(Tensor t, const Tensor& gradient) {
  t.zero_grad();
  std::vector<Tensor> inputs = {t};
  autograd::InputGrads(inputs).share(0, gradient);
}

OptimizerConfig settings(const std::string& kind, const std::string& name) {
  auto c = nlohmann::json::parse(read_file(golden + "optim.json", Exit::data))[name];
  c["name"] = kind;
  auto r = config::Reader::parse_text(c.dump(), "optim.json");
  const auto read = OptimizerConfig::read(r);
  r.done();
  return read;
}

void check_trajectory(const std::string& kind, const std::string& name) {
  INFO(name);
  const io::SafetensorsFile file(golden + "optim.safetensors");
  const Tensor grads = file.tensor("grads"), expected = file.tensor("trajectory/" + name);
  const Shape shape = file.tensor("w0").shape();
  nn::Params params(1);
  const Tensor w = params.create("w", shape, copy_of(file.tensor("w0")));
  const OptimizerConfig c = settings(kind, name);
  const auto optimizer = optim::optimizers().find(kind).make(params, c);
  for (std::int64_t step = 0; step < grads.dim(0); ++step) {
    put_gradient(w, row(grads, step, shape));
    optimizer->step(c.lr, 1);
    const Tensor after = row(expected, step, shape);
    for (std::int64_t i = 0; i < shape.size(); ++i) {
      INFO("step " << step + 1 << " element " << i);
      CHECK(w.data()[i] == Approx(after.data()[i]).epsilon(1e-5).margin(5e-7));
    }
  }
}

}  // namespace

TEST_CASE("optimizers take PyTorch's steps", "[optim][golden]") {
  check_trajectory("adamw", "adam");  // without decay the two are one
  check_trajectory("adamw", "adamw");
  check_trajectory("optim.adamw", "adamw_b");
  check_trajectory("sgd", "sgd");
  check_trajectory("sgd", "sgd_momentum");
  check_trajectory("sgd", "sgd_nesterov");
}

TEST_CASE("vectors do not decay, matrices do", "[optim]") {
  const auto kind = GENERATE("adamw", "sgd");
  nn::Params params(1);
  const Tensor matrix = params.create("matrix", {2, 2}, nn::ones());
  const Tensor vector = params.create("vector", {2}, nn::ones());
  const Tensor unused = params.create("unused", {2, 2}, nn::ones());
  put_gradient(matrix, Tensor::zeros({2, 2}));
  put_gradient(vector, Tensor::zeros({2}));
  OptimizerConfig c;
  c.weight_decay = 0.5;
  optim::optimizers().find(kind).make(params, c)->step(0.1, 1);
  CHECK(matrix.data()[0] == Approx(0.95));
  CHECK(vector.data()[0] == 1);
  CHECK(unused.data()[0] == 1);  // no gradient, no step
}

TEST_CASE("grad_scale scales the gradient", "[optim]") {
  const auto kind = GENERATE("adamw", "sgd");
  const auto moved = [&](real gradient, double scale) {
    nn::Params params(1);
    const Tensor w = params.create("w", {2}, nn::ones());
    OptimizerConfig c;
    c.eps = 1;  // otherwise Adam's first step is the same for any gradient
    const auto optimizer = optim::optimizers().find(kind).make(params, c);
    put_gradient(w, Tensor::filled({2}, gradient));
    optimizer->step(0.1, scale);
    return w.data()[0];
  };
  CHECK(moved(4, 0.25) == moved(1, 1));
  CHECK(moved(4, 1) != moved(1, 1));
}

TEST_CASE("an optimizer goes on from its state", "[optim]") {
  const auto kind = GENERATE("adamw", "sgd");
  OptimizerConfig c;
  c.momentum = 0.9;
  nn::Params one(1), two(1);
  const Tensor a = one.create("w", {3}, nn::normal(1)), b = two.create("w", {3}, nn::normal(1));
  const auto first = optim::optimizers().find(kind).make(one, c);
  const auto second = optim::optimizers().find(kind).make(two, c);
  put_gradient(a, Tensor::from({3}, {1, 2, 3}));
  first->step(0.1, 1);

  two.load(one.all());
  second->load(first->state(), 1);

  for (const auto& [params, optimizer] : {std::pair{a, first.get()}, std::pair{b, second.get()}}) {
    put_gradient(params, Tensor::from({3}, {3, -1, 2}));
    optimizer->step(0.1, 1);
  }
  CHECK(std::ranges::equal(a.values(), b.values()));
}

TEST_CASE("an optimizer's state that does not fit is refused as a whole", "[optim][errors]") {
  nn::Params params(1);
  params.create("w", {3}, nn::zeros());
  const auto adam = optim::optimizers().find("adamw").make(params, {});
  CHECK_THROWS_WITH(adam->load({}, 1), "the checkpoint has no 'm.w' [3] of the optimizer");
  CHECK_THROWS_WITH(adam->load({{"m.w", Tensor::zeros({3})}, {"v.w", Tensor::zeros({4})}}, 1),
                    "'v.w' of the optimizer is [4] in the checkpoint, [3] here");
  const auto sgd = optim::optimizers().find("sgd").make(params, {});
  CHECK_THROWS_WITH(sgd->load(adam->state(), 1),
                    "the checkpoint has 'm.w' [3], which this optimizer does not use");
}

TEST_CASE("mistakes in an optimizer's settings say what is allowed", "[optim][errors]") {
  const auto read = [](const std::string& text) {
    auto r = config::Reader::parse_text(text, "a.json");
    OptimizerConfig::read(r);
    r.done();
  };
  CHECK_THROWS_WITH(read(R"({"betas": [0.9]})"),
                    "a.json:1:11: /betas: expected two numbers in [0, 1), as in [0.9, 0.95]");
  CHECK_THROWS_WITH(read(R"({"name": "sgd", "nesterov": true})"),
                    "a.json:1:29: /nesterov: needs a momentum above 0");
  CHECK_THROWS_WITH(read(R"({"momentum": 0.9})"), Catch::Contains("/momentum: is not a known key"));
}
