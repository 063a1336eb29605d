#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "models/recurrent/recurrent_net.h"
#include "ops/ops.h"
#include "optim/optimizer.h"
#include "support/check_params.h"
#include "support/transformers.h"

using namespace dlt;
using models::RecurrentConfig, models::RecurrentNet;

namespace {

RecurrentConfig small(nn::Cell cell, bool tied) {
  RecurrentConfig c;
  c.cell = cell;
  c.vocab = 11;
  c.layers = 2;
  c.width = 8;
  c.embedding = tied ? 8 : 5;
  c.context = 6;
  c.tied = tied;
  return c;
}

struct RandomNet {
  explicit RandomNet(const RecurrentConfig& c)
      : params(nn::Params::blank()), net(nn::Scope(params), c) {
    test::randomize(params, 1);
  }
  nn::Params params;
  RecurrentNet net;
};

std::vector<RecurrentConfig> all_kinds() {
  std::vector<RecurrentConfig> all;
  for (const auto cell : {nn::Cell::rnn, nn::Cell::lstm, nn::Cell::gru}) {
    for (const bool tied : {false, true}) all.push_back(small(cell, tied));
  }
  return all;
}

Tensor all_logits(const RecurrentNet& net, const Indices& tokens) {
  auto state = net.start();
  const autograd::NoGrad off;
  return net.logits(tokens, state);
}

}  // namespace

TEST_CASE("recurrent layers have torch's numbers of parameters", "[recurrent]") {
  const auto count = [](nn::Cell cell) {
    auto params = nn::Params::blank();
    const nn::Recurrent layer(nn::Scope(params), 10, 20, {.cell = cell});
    return params.count();
  };
  CHECK(count(nn::Cell::rnn) == 640);
  CHECK(count(nn::Cell::gru) == 1920);
  CHECK(count(nn::Cell::lstm) == 2560);
}

TEST_CASE("a recurrent config counts the parameters that its network has", "[recurrent]") {
  for (const RecurrentConfig& c : all_kinds()) CHECK(RandomNet(c).params.count() == c.parameters());
}

TEST_CASE("a recurrent language model's parameters have these names", "[recurrent]") {
  std::vector<std::string> names;
  const RandomNet model(small(nn::Cell::gru, false));
  for (const auto& [name, t] : model.params.all()) names.push_back(name + " " + t.shape().str());
  CHECK(names == std::vector<std::string>{
                     "embedding.weight [11, 5]", "head.bias [11]", "head.weight [11, 8]",
                     "recurrent.bias_hh_l0 [24]", "recurrent.bias_hh_l1 [24]",
                     "recurrent.bias_ih_l0 [24]", "recurrent.bias_ih_l1 [24]",
                     "recurrent.weight_hh_l0 [24, 8]", "recurrent.weight_hh_l1 [24, 8]",
                     "recurrent.weight_ih_l0 [24, 5]", "recurrent.weight_ih_l1 [24, 8]"});
}

TEST_CASE("gradients of recurrent language models equal central differences",
          "[recurrent][gradcheck]") {
  const Indices tokens = test::random_tokens({2, 4}, 11, 3),
                targets = test::random_tokens({2, 4}, 11, 4);
  for (const RecurrentConfig& c : all_kinds()) {
    RandomNet model(c);
    test::check_params(model.params,
                       [&] { return model.net.loss(model.net.embed(tokens), targets, nullptr); });
  }
}

TEST_CASE("the last token changes no earlier logits of a recurrent network", "[recurrent]") {
  for (const RecurrentConfig& c : all_kinds()) {
    const RandomNet model(c);
    const Indices tokens = test::random_tokens({1, 6}, c.vocab, 7);
    auto changed = tokens.values();
    changed.back() = (changed.back() + 1) % 11;
    const Tensor a = all_logits(model.net, tokens), b = all_logits(model.net, {{1, 6}, changed});
    const auto earlier = static_cast<std::size_t>(5 * c.vocab);
    CHECK(std::ranges::equal(a.values().first(earlier), b.values().first(earlier)));
    CHECK_FALSE(std::ranges::equal(a.values().subspan(earlier), b.values().subspan(earlier)));
  }
}

TEST_CASE("a text read token by token gives the logits of reading it at once", "[recurrent]") {
  for (const RecurrentConfig& c : all_kinds()) {
    const RandomNet model(c);
    const Indices tokens = test::random_tokens({1, 20}, c.vocab, 10);  // longer than the context
    const Tensor all = all_logits(model.net, tokens);
    const auto text = model.net.begin();
    const auto& ids = tokens.values();
    Tensor logits = text->read({ids.begin(), ids.begin() + 4});
    for (std::size_t t = 4;; ++t) {
      for (std::int64_t i = 0; i < c.vocab; ++i) {
        CHECK(logits.data()[i] ==
              Approx(all.data()[static_cast<std::int64_t>(t - 1) * c.vocab + i]).margin(1e-5));
      }
      if (t == ids.size()) break;
      logits = text->read({ids[t]});
    }
  }
}

TEST_CASE("recurrent language models learn one batch by heart", "[recurrent]") {
  for (RecurrentConfig c : all_kinds()) {
    c.width = 24;
    if (c.tied) c.embedding = c.width;
    nn::Params params(1);
    const RecurrentNet net(nn::Scope(params), c);
    optim::Optimizer optimizer(params, {});
    const Indices tokens({2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1});
    const Indices targets = test::random_tokens({2, 6}, c.vocab, 9);
    double loss = 0;
    for (int i = 0; i < 200; ++i) {
      const Tensor y = net.loss(net.embed(tokens), targets, nullptr);
      loss = static_cast<double>(y.item());
      autograd::backward(y);
      optimizer.step(0.02, 1);
      params.zero_grad();
    }
    CHECK(loss < 0.05);
  }
}

TEST_CASE("dropout of a recurrent network is there in training alone", "[recurrent]") {
  RecurrentConfig c = small(nn::Cell::lstm, true);
  const Indices tokens = test::random_tokens({2, 6}, c.vocab, 3);
  const auto loss = [&](double rate, nn::Training* training) {
    c.dropout = rate;
    const RandomNet model(c);
    return model.net.loss(model.net.embed(tokens), tokens, training).item();
  };
  nn::Training one(1), same(1);
  CHECK(loss(0.5, nullptr) == loss(0, nullptr));
  CHECK(loss(0.5, &one) == loss(0.5, &same));
  nn::Training again(1);
  CHECK(loss(0.5, &again) != loss(0, nullptr));
}
