#include "models/vision/classifiers.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "models/vision/network.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "support/check_op.h"
#include "support/failure.h"

namespace dlt::models::vision {
namespace {

Graph graph_of(std::string_view name, const std::string& config, const Shape& input = {},
               std::int64_t classes = 1000) {
  const auto& all = classifiers();
  const auto found = std::ranges::find(all, name, &Classifier::name);
  REQUIRE(found != all.end());
  auto reader = config::Reader::parse_text(config, "m.json");
  const BuildGraph build = found->read(reader);
  reader.done();
  return build(input.rank() > 0 ? input : Shape{3, found->side, found->side}, classes);
}

struct Totals {
  std::int64_t parameters = 0, with_auxiliary = 0;
  double million_macs = 0;
};

// Of what the output needs, and of all.
Totals totals(const Graph& g) {
  const auto used = needed(g);
  const auto all = costs(g);
  Totals t;
  for (std::size_t i = 0; i < all.size(); ++i) {
    t.with_auxiliary += all[i].parameters;
    if (!used[i]) continue;
    t.parameters += all[i].parameters;
    t.million_macs += static_cast<double>(all[i].macs) / 1e6;
  }
  return t;
}

struct Row {
  const char* name;
  const char* config;
  std::int64_t parameters;
  double million_macs, half_a_digit;
};

// seeds.md 9.4; below it the counts that torchvision prints for its own.
TEST_CASE("parameters and multiply-adds are the published ones", "[vision]") {
  const Row rows[] = {
      {"vision.shufflenet_v2", R"({"width": 0.5})", 1366792, 40.48, 0.005},
      {"vision.shufflenet_v2", R"({"width": 1})", 2278604, 144.91, 0.005},
      {"vision.shufflenet_v2", R"({"width": 1.5})", 3503624, 295.76, 0.005},
      {"vision.shufflenet_v2", R"({"width": 2})", 7393996, 583.25, 0.005},
      {"vision.shufflenet_v1", R"({})", 1864728, 137.5, 0.05},
      {"vision.shufflenet_v1", R"({"groups": 8})", 2433768, 138.4, 0.05},
      {"vision.shufflenet_v1", R"({"width": 0.5})", 717324, 37.6, 0.05},
      {"vision.shufflenet_v1", R"({"width": 2})", 5449776, 524.0, 0.05},
      {"vision.mobilenet_v1", R"({"width": 1})", 4231976, 568.7, 0.05},
      {"vision.mobilenet_v1", R"({"width": 0.75})", 2585560, 325.4, 0.05},
      {"vision.mobilenet_v1", R"({"width": 0.5})", 1331592, 149.5, 0.05},
      {"vision.mobilenet_v1", R"({"width": 0.25})", 470072, 41.0, 0.05},
      {"vision.mobilenet_v2", R"({})", 3504872, 300.8, 0.05},
      {"vision.xception", R"({})", 22855952, 8357, 0.5},
      {"vision.googlenet", R"({})", 6624904, 1498, 0.5},
      {"vision.googlenet", R"({"true_5x5": true})", 7005832, 1583, 0.5},
      {"vision.inception_v3", R"({})", 23834568, 5713, 0.5},
      {"vision.squeezenet", R"({"version": "1.0"})", 1248424, 818.9, 0.05},
      {"vision.squeezenet", R"({})", 1235496, 349.2, 0.05},
      {"vision.resnet18", R"({})", 11689512, 1814.1, 0.05},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name, row.config);
    const Totals t = totals(graph_of(row.name, row.config));
    CHECK(t.parameters == row.parameters);
    CHECK(t.million_macs == Approx(row.million_macs).margin(row.half_a_digit).epsilon(0));
  }
  CHECK(totals(graph_of("vision.inception_v3", "{}")).with_auxiliary == 27161264);
  CHECK(totals(graph_of("vision.googlenet", "{}")).with_auxiliary == 13004888);
}

TEST_CASE("classifiers have the published shapes on the way", "[vision]") {
  const auto shape_at = [](const Graph& g, const std::string& name) {
    const auto found = std::ranges::find(g.steps(), name, &Step::name);
    REQUIRE(found != g.steps().end());
    return found->output;
  };
  const Graph xception = graph_of("vision.xception", "{}");
  CHECK(shape_at(xception, "block1_conv2_bn") == Shape{64, 147, 147});
  CHECK(shape_at(xception, "block5_sepconv1_bn") == Shape{728, 19, 19});
  CHECK(shape_at(xception, "block14_sepconv2_bn") == Shape{2048, 10, 10});
  const Graph inception = graph_of("vision.inception_v3", "{}");
  CHECK(shape_at(inception, "Mixed_6e.branch1x1.bn") == Shape{192, 17, 17});
  CHECK(shape_at(inception, "AuxLogits.conv1.bn") == Shape{768, 1, 1});
  CHECK(shape_at(inception, "Mixed_7c.branch1x1.bn") == Shape{320, 8, 8});
  const Graph googlenet = graph_of("vision.googlenet", "{}");
  CHECK(shape_at(googlenet, "aux1.conv.bn") == Shape{128, 4, 4});
  CHECK(shape_at(googlenet, "inception5b.branch1.bn") == Shape{384, 7, 7});
  const Graph small =
      graph_of("vision.shufflenet_v2", R"({"width": 0.5, "small_input": true})", {1, 28, 28}, 10);
  CHECK(shape_at(small, "conv1.1") == Shape{24, 28, 28});
  CHECK(shape_at(small, "conv5.1") == Shape{1024, 4, 4});
  CHECK(shape_at(small, "fc") == Shape{10});
}

// Gradients reach every parameter, and what comes out is finite.
void check_runs(const Classifier& c, std::int64_t side) {
  CAPTURE(c.name);
  nn::Params params(1);
  const Network net{nn::Scope(params), graph_of(c.name, "{}", {3, side, side}, 4)};
  const Tensor x = test::random({2, 3, side, side}, 1);
  nn::Training training(1);
  const auto out = net(x, &training);
  CHECK(out.y.shape() == Shape{2, 4});
  CHECK(out.auxiliary.size() == net.graph().auxiliary().size());
  Tensor loss = ops::sum(ops::square(out.y));
  for (const Tensor& y : out.auxiliary) loss = ops::add(loss, ops::sum(ops::square(y)));
  autograd::backward(loss);
  for (const auto& [name, t] : params.all()) {
    if (t.needs_grad()) CHECK(t.has_grad());
  }
  const autograd::NoGrad off;
  const Tensor evaluated = net(x, nullptr).y;
  for (const real v : evaluated.values()) CHECK(std::isfinite(v));
}

bool is_large(const Classifier& c) {  // more than ten million parameters
  return c.side == 299 || c.name == "vision.googlenet" || c.name == "vision.resnet18";
}

TEST_CASE("every classifier runs and is trained", "[vision]") {
  for (const Classifier& c : classifiers()) {
    if (!is_large(c)) check_runs(c, 32);
  }
}

TEST_CASE("the larger classifiers run and are trained too", "[vision][.slow]") {
  for (const Classifier& c : classifiers()) {
    if (is_large(c)) check_runs(c, c.side == 299 ? 107 : 64);
  }
}

TEST_CASE("widths and groups between those published give graphs too", "[vision]") {
  for (const int groups : {1, 2, 3, 4, 8}) {
    for (const double width : {0.5, 0.75, 1.0, 1.5, 2.0, 3.0}) {
      CAPTURE(groups, width);
      const Graph g = graph_of("vision.shufflenet_v1",
                               fmt::format(R"({{"groups": {}, "width": {}}})", groups, width));
      CHECK(g.shape(g.output()) == Shape{1000});
    }
  }
  CHECK(test::failure([] { graph_of("vision.shufflenet_v2", R"({"width": 0.7})"); }, Exit::usage) ==
        "m.json:1:11: /width: expected 0.5, 1, 1.5 or 2, got 0.7");
  CHECK(test::failure([] { graph_of("vision.shufflenet_v1", R"({"groups": 5})"); }, Exit::usage) ==
        "m.json:1:12: /groups: there are ShuffleNets of 1, 2, 3, 4 and 8 groups");
  CHECK(test::failure(
            [] {
              graph_of("vision.googlenet", "{}", {3, 32, 32});
            },
            Exit::usage) ==
        "the auxiliary head needs 4 x 4 places or more, there are [512, 2, 2]: give larger "
        "pictures, or turn it off by \"auxiliary\": false");
}

}  // namespace
}  // namespace dlt::models::vision
