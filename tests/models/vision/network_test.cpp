#include "models/vision/network.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "ops/norm.h"
#include "ops/shape.h"
#include "support/check_op.h"

namespace dlt::models::vision {
namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double most = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a.data()[i] - b.data()[i])));
  }
  return most;
}

struct Made {
  explicit Made(Graph graph) : net(nn::Scope(params), std::move(graph)) {}
  nn::Params params{3};
  Network net;
};

TEST_CASE("a network is its ops, one after another", "[vision]") {
  Graph g({4, 8, 8});
  Value x = g.add("conv", Conv{6, {3, 3}, {.padding = {1, 1}}, true}, {g.input()});
  x = g.add("norm", BatchNorm{}, {x});
  x = g.add("", Activate{Activation::relu6}, {x});
  const Value pool = g.add("", MaxPool{}, {x});
  Value back = g.add("", Unpool{pool.step}, {pool});
  x = g.add("", Concat{}, {g.add("", Channels{1, 3}, {x}), back});
  x = g.add("", ChannelShuffle{2}, {x});
  x = g.add("", Add{}, {x, x});
  x = g.add("", AvgPool{}, {x});
  x = g.add("", Dropout{0.5}, {x});
  x = g.add("", GlobalAverage{}, {x});
  x = g.add("fc", Linear{3}, {x});
  g.set_output(x);
  const Made made(g);
  CHECK(made.params.names() ==
        std::vector<std::string>{"conv.weight", "conv.bias", "norm.weight", "norm.bias",
                                 "norm.running_mean", "norm.running_var",
                                 "norm.num_batches_tracked", "fc.weight", "fc.bias"});
  const Tensor in = test::random({2, 4, 8, 8}, 1);
  const autograd::NoGrad off;
  const auto p = [&](const char* name) { return made.params.all().at(name); };
  const Tensor a = ops::relu6(ops::batch_norm(
      ops::conv2d(in, p("conv.weight"), p("conv.bias"), {.padding = {1, 1}}),
      p("norm.running_mean"), p("norm.running_var"), p("norm.weight"), p("norm.bias"), 1e-5));
  const ops::Pooled pooled = ops::max_pool2d(a, {});
  Tensor b = ops::cat({ops::slice(a, 1, 1, 3), ops::max_unpool2d(pooled.y, pooled.indices, {})}, 1);
  b = ops::channel_shuffle(b, 2);
  b = ops::mean(ops::avg_pool2d(ops::add(b, b), {}), {2, 3});
  const Tensor wanted = ops::linear(b, p("fc.weight"), p("fc.bias"));
  const auto got = made.net(in, nullptr);
  CHECK(got.auxiliary.empty());
  CHECK(largest_difference(got.y, wanted) < 1e-6);
}

TEST_CASE("auxiliary heads run in training alone, and gradients reach everything", "[vision]") {
  Graph g({2, 6, 6});
  Value x = g.add("conv", Conv{4, {3, 3}}, {g.input()});
  x = g.add("norm", BatchNorm{}, {x});
  const Value head = g.add("head", Linear{3}, {x});
  const Value main = g.add("fc", Linear{3}, {g.add("", GlobalAverage{}, {x})});
  g.set_output(main);
  g.add_auxiliary(head, 0.3);
  Made made(g);
  const Tensor in = test::random({2, 2, 6, 6}, 1);
  CHECK(made.net(in, nullptr).auxiliary.empty());
  nn::Training training(1);
  const auto out = made.net(in, &training);
  REQUIRE(out.auxiliary.size() == 1);
  CHECK(out.auxiliary[0].shape() == Shape{2, 3});
  autograd::backward(
      ops::add(ops::sum(ops::square(out.y)), ops::sum(ops::square(out.auxiliary[0]))));
  CHECK(made.params.grads().size() == 7);
  CHECK(made.params.all().at("norm.num_batches_tracked").data()[0] == 1);
}

TEST_CASE("results that nobody needs any more are freed on the way", "[vision]") {
  Graph g({1, 32, 32});
  Value x = g.input();
  for (int i = 0; i < 8; ++i) x = g.add("", Activate{}, {x});
  g.set_output(x);
  const Made made(g);
  const autograd::NoGrad off;
  const Tensor in = test::random({1, 1, 32, 32}, 1);
  const std::int64_t before = Tensor::live();
  const auto out = made.net(in, nullptr);
  CHECK(Tensor::live() == before + 1);
}

TEST_CASE("a network without linear layers takes pictures of any size", "[vision]") {
  Graph g({1, 8, 8});
  const Value x = g.add("a", Conv{4, {3, 3}, {.padding = {1, 1}}}, {g.input()});
  g.set_output(g.add("", PixelShuffle{2}, {x}));
  const Made made(g);
  CHECK(made.net(test::random({1, 1, 5, 9}, 1), nullptr).y.shape() == Shape{1, 1, 10, 18});
  CHECK_THROWS_WITH(made.net(test::random({1, 2, 5, 9}, 1), nullptr),
                    "pictures [1, 2, 5, 9] are not [batch, 1, height, width]");
}

}  // namespace
}  // namespace dlt::models::vision
