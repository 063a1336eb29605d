#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "models/backbone/stack_lm.h"
#include "models/retnet/retnet.h"
#include "models/rwkv/rwkv.h"
#include "optim/optimizer.h"
#include "support/transformers.h"

using namespace dlt;
using namespace dlt::models;

namespace {

StackLmConfig config_of(ReadArchitecture read, const std::string& fields) {
  auto model = config::Reader::parse_text("{" + fields + "}", "test");
  StackLmConfig c = StackLmConfig::read(model, read);
  c.vocab = 11;
  return c;
}

std::vector<std::string> layer_parameters(ReadArchitecture read) {
  auto params = nn::Params::blank();
  const StackLm net(nn::Scope(params), config_of(read, R"("layers": 1, "width": 8)"));
  std::vector<std::string> names;
  constexpr std::string_view place = "backbone.layers.0.";
  for (const auto& [name, t] : params.all()) {
    if (name.starts_with(place)) names.push_back(name.substr(place.size()) + " " + t.shape().str());
  }
  return names;
}

}  // namespace

TEST_CASE("RetNet's parameters have these names", "[retnet]") {
  CHECK(layer_parameters(read_retnet) ==
        std::vector<std::string>{
            "ffn.fc1.weight [16, 8]", "ffn.fc2.weight [8, 16]", "final_layer_norm.bias [8]",
            "final_layer_norm.weight [8]", "retention.g_proj.weight [16, 8]",
            "retention.k_proj.weight [8, 8]", "retention.out_proj.weight [8, 16]",
            "retention.q_proj.weight [8, 8]", "retention.v_proj.weight [16, 8]",
            "retention_layer_norm.bias [8]", "retention_layer_norm.weight [8]"});
}

TEST_CASE("RWKV's parameters have the published names", "[rwkv]") {
  CHECK(layer_parameters(read_rwkv) == std::vector<std::string>{
                                           "att.key.weight [8, 8]",
                                           "att.output.weight [8, 8]",
                                           "att.receptance.weight [8, 8]",
                                           "att.time_decay [8]",
                                           "att.time_first [8]",
                                           "att.time_mix_k [1, 1, 8]",
                                           "att.time_mix_r [1, 1, 8]",
                                           "att.time_mix_v [1, 1, 8]",
                                           "att.value.weight [8, 8]",
                                           "ffn.key.weight [32, 8]",
                                           "ffn.receptance.weight [8, 8]",
                                           "ffn.time_mix_k [1, 1, 8]",
                                           "ffn.time_mix_r [1, 1, 8]",
                                           "ffn.value.weight [8, 32]",
                                           "ln1.bias [8]",
                                           "ln1.weight [8]",
                                           "ln2.bias [8]",
                                           "ln2.weight [8]",
                                       });
}

TEST_CASE("RWKV's parameters start as published, layer by layer", "[rwkv]") {
  nn::Params params(1);
  const StackLm net(nn::Scope(params), config_of(read_rwkv, R"("layers": 3, "width": 5)"));
  const auto check = [&](const std::string& name, std::vector<double> expected) {
    const Tensor t = params.all().at("backbone.layers." + name);
    REQUIRE(t.size() == std::ssize(expected));
    INFO(name);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(t.values()[i] == Approx(expected[i]).margin(1e-6));
    }
  };
  const double third = 1.0 / 3, first = std::log(0.3);
  const auto power = [](double x, double p) { return std::pow(x, p); };
  check("0.att.time_decay",
        {-5, -5 + 8 * power(0.25, 0.7), -5 + 8 * power(0.5, 0.7), -5 + 8 * power(0.75, 0.7), 3});
  check("2.att.time_decay", {-5, -4.5, -3, -0.5, 3});
  check("1.att.time_first", {first, first + 0.5, first - 0.5, first, first + 0.5});
  check("0.att.time_mix_k", {0, 0.2, 0.4, 0.6, 0.8});
  check("2.att.time_mix_k",
        {0, power(0.2, third), power(0.4, third), power(0.6, third), power(0.8, third)});
  check("2.att.time_mix_v", {0.3, 0.3 + power(0.2, third), 0.3 + power(0.4, third),
                             0.3 + power(0.6, third), 0.3 + power(0.8, third)});
  check("0.att.time_mix_r",
        {0, power(0.2, 0.5), power(0.4, 0.5), power(0.6, 0.5), power(0.8, 0.5)});
  check("0.ffn.time_mix_r", {0, 0.2, 0.4, 0.6, 0.8});
  check("1.att.key.weight", std::vector<double>(25));
  CHECK_FALSE(params.tuning("backbone.layers.1.ffn.time_mix_k").decays);
}

TEST_CASE("RetNet and RWKV learn one batch by heart", "[retnet][rwkv]") {
  for (const auto read : {read_retnet, read_rwkv}) {
    nn::Params params(1);
    const StackLm net(nn::Scope(params), config_of(read, R"("layers": 2, "width": 24)"));
    optim::Optimizer optimizer(params, {});
    const Indices tokens({2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1});
    const Indices targets = test::random_tokens({2, 6}, 11, 9);
    double loss = 0;
    for (int i = 0; i < 200; ++i) {
      const Tensor y = net.loss(net.embed(tokens), targets, nullptr);
      loss = static_cast<double>(y.item());
      autograd::backward(y);
      optimizer.step(0.01, 1);
      params.zero_grad();
    }
    CHECK(loss < 0.05);
  }
}

TEST_CASE("a state of RetNet or RWKV is as large as its cost says", "[retnet][rwkv]") {
  const auto states = [](ReadArchitecture read) {
    auto params = nn::Params::blank();
    const StackLm net(nn::Scope(params), config_of(read, R"("layers": 1, "width": 8)"));
    std::vector<std::int64_t> sizes;
    for (const Stack::Row& row : net.stack().rows()) sizes.push_back(row.cost.state);
    return sizes;
  };
  CHECK(states(read_retnet) == std::vector<std::int64_t>{0, 4 * 2 * 4 + 1, 0, 0, 0});
  CHECK(states(read_rwkv) == std::vector<std::int64_t>{0, 4 * 8, 0, 8, 0});
}

TEST_CASE("RetNet's heads must fit its widths", "[retnet][errors]") {
  CHECK_THROWS_WITH(config_of(read_retnet, R"("width": 12)"),
                    Catch::Contains("/heads: 4 heads of an even width do not make up width = 12"));
  CHECK_THROWS_WITH(config_of(read_retnet, R"("width": 16, "value_width": 10)"),
                    Catch::Contains("/value_width: heads = 4 does not divide 10"));
}
