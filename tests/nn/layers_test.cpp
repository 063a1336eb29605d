#include "nn/layers.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "ops/ops.h"
#include "support/check_op.h"
#include "support/failure.h"

using namespace dlt;

namespace {

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::ranges::equal(a.values(), b.values());
}

// A layer's parameter by name.
Tensor of(const nn::Params& params, const std::string& name) { return params.all().at(name); }

}  // namespace

TEST_CASE("a layer is its functional twin with weights of its own, bit for bit", "[nn]") {
  nn::Params params(1);
  const nn::Scope s(params);
  SECTION("conv2d, the article's 64 filters 3x3 with padding 1, on one image of its batch") {
    const Tensor x = test::random({1, 3, 244, 244}, 1);
    ops::Conv c;
    c.padding = {1, 1};
    const nn::Conv2d layer(s, 3, 64, {3, 3}, c);
    const Tensor y = layer(x);
    CHECK(y.shape() == Shape{1, 64, 244, 244});
    CHECK(same(y, ops::conv2d(x, of(params, "weight"), of(params, "bias"), c)));
  }
  SECTION("conv1d and the transposed convolution") {
    const Tensor x = test::random({2, 4, 9}, 1), image = test::random({2, 4, 5, 6}, 2);
    ops::Conv1d c;
    c.groups = 2;
    c.stride = 2;
    const nn::Conv1d conv(s / "c", 4, 6, 3, c, nn::Bias::no);
    CHECK(same(conv(x), ops::conv1d(x, of(params, "c.weight"), {}, c)));
    ops::ConvTranspose t;
    t.stride = {2, 2};
    const nn::ConvTranspose2d up(s / "t", 4, 3, {3, 3}, t);
    CHECK(same(up(image),
               ops::conv_transpose2d(image, of(params, "t.weight"), of(params, "t.bias"), t)));
  }
  SECTION("linear, norms and embedding") {
    const Tensor x = test::random({2, 6, 3, 4}, 1), rows = test::random({5, 7}, 2);
    const nn::Linear linear(s / "l", 7, 3);
    CHECK(same(linear(rows), ops::linear(rows, of(params, "l.weight"), of(params, "l.bias"))));
    const nn::GroupNorm group(s / "g", 3, 6);
    CHECK(
        same(group(x), ops::group_norm(x, 3, of(params, "g.weight"), of(params, "g.bias"), 1e-5)));
    const nn::InstanceNorm instance(s / "i", 6);
    CHECK(same(instance(x), ops::instance_norm(x, {}, {}, 1e-5)));
    const nn::LayerNorm layer(s / "n", Shape{3, 4}, nn::Bias::yes, 1e-5);
    CHECK(same(layer(x),
               ops::layer_norm(x, {3, 4}, of(params, "n.weight"), of(params, "n.bias"), 1e-5)));
    const Indices ids({3}, {4, 0, 4});
    const nn::Embedding embedding(s / "e", 5, 2, nn::normal(1));
    CHECK(same(embedding(ids), ops::embedding(of(params, "e.weight"), ids)));
  }
}

TEST_CASE("layers start within PyTorch's bounds", "[nn]") {
  nn::Params params(1);
  const nn::Conv2d conv(nn::Scope(params) / "c", 8, 16, {5, 5});
  const nn::Linear linear(nn::Scope(params) / "l", 200, 30);
  for (const std::string name : {"c.weight", "c.bias", "l.weight", "l.bias"}) {
    const auto values = of(params, name).values();
    const auto [low, high] = std::ranges::minmax(values);
    const double bound = 1 / std::sqrt(200.0);
    CHECK(high <= bound);
    CHECK(low >= -bound);
    CHECK(high - low > bound);
  }
}

TEST_CASE("the bilinear 4x4 kernel is the outer product of 1/4, 3/4, 3/4, 1/4", "[nn]") {
  nn::Params params(1);
  ops::ConvTranspose c;
  c.stride = {2, 2};
  c.padding = {1, 1};
  const nn::ConvTranspose2d up(nn::Scope(params), 2, 2, {4, 4}, c, nn::Bias::no, nn::bilinear());
  const real line[] = {0.25, 0.75, 0.75, 0.25};
  const real* w = up.weight().data();
  for (int in = 0; in < 2; ++in) {
    for (int out = 0; out < 2; ++out) {
      for (int i = 0; i < 16; ++i) CHECK(*w++ == (in == out ? line[i / 4] * line[i % 4] : 0));
    }
  }
  const Tensor y = up(Tensor::filled({1, 2, 3, 3}, 1));  // the inside of a plane stays one
  CHECK(y.shape() == Shape{1, 2, 6, 6});
  CHECK(y.data()[2 * 6 + 2] == Approx(1));
}

TEST_CASE("dropout is the identity without a Training, and keeps the mean with one", "[nn]") {
  const Tensor x = Tensor::filled({100, 100}, 3);
  const nn::Dropout dropout(0.5);
  CHECK(dropout(x, nullptr).data() == x.data());
  nn::Training training(1);
  const Tensor y = dropout(x, &training);
  double sum = 0;
  for (real v : y.values()) {
    CHECK((v == 0 || v == 6));
    sum += static_cast<double>(v) / 1e4;
  }
  CHECK(sum == Approx(3).epsilon(0.03));
  CHECK_FALSE(same(y, dropout(x, &training)));
}

TEST_CASE("batch norm: the batch in training, running statistics in evaluation", "[nn]") {
  nn::Params params(1);
  const nn::BatchNorm norm(nn::Scope(params) / "bn", 1);
  const Tensor x = Tensor::from({2, 1, 1, 2}, {1, 2, 3, 6});  // mean 3, variance 3.5, unbiased 14/3
  nn::Training training(1);
  const Tensor y = norm(x, &training);
  const double deviation = std::sqrt(3.5 + 1e-5);
  for (int i = 0; i < 4; ++i) {
    CHECK(y.data()[i] == Approx((static_cast<double>(x.data()[i]) - 3) / deviation).epsilon(1e-4));
  }
  CHECK(of(params, "bn.running_mean").item() == Approx(0.3));
  CHECK(of(params, "bn.running_var").item() == Approx(0.9 + 0.1 * 14 / 3));
  CHECK(of(params, "bn.num_batches_tracked").item() == 1);

  const Tensor e = norm(x, nullptr);
  const double running = std::sqrt(0.9 + 0.1 * 14 / 3 + 1e-5);
  CHECK(e.data()[3] == Approx((6 - 0.3) / running).epsilon(1e-4));
  CHECK(of(params, "bn.num_batches_tracked").item() == 1);
  CHECK(same(e, norm(x, nullptr)));
  CHECK(test::failure(
            [&] {
              norm(Tensor::zeros({2, 3}), &training);
            },
            Exit::failed) ==
        "batch_norm: input [2, 3] does not fit 1 channels on axis 1\n  in layer bn");
}

TEST_CASE("attention of x to itself is that of x, x and x", "[nn]") {
  nn::Params params(1);
  const nn::MultiheadAttention attention(nn::Scope(params) / "a", 8, 2);
  CHECK(params.names() == std::vector<std::string>{"a.in_proj_weight", "a.in_proj_bias",
                                                   "a.out_proj.weight", "a.out_proj.bias"});
  const Tensor x = test::random({2, 5, 8}, 1);
  ops::Attend causal;
  causal.causal = true;
  const Tensor y = attention(x, causal), other = attention(x, x, x, {}, causal);
  CHECK(y.shape() == x.shape());
  for (std::int64_t i = 0; i < y.size(); ++i)
    CHECK(y.data()[i] == Approx(other.data()[i]).margin(1e-5));
  CHECK(test::failure(
            [&] {
              attention(Tensor::zeros({2, 5, 7}));
            },
            Exit::failed) ==
        "multihead_attention: input [2, 5, 7] is not [batch, time, 8]\n  in layer a");
  CHECK(
      test::failure([&] { nn::MultiheadAttention(nn::Scope(params) / "b", 8, 3); }, Exit::failed) ==
      "multihead_attention: a width of 8 cannot be divided into 3 heads");
}

TEST_CASE("recurrent layers have torch's parameters and run in both directions", "[nn]") {
  nn::Params params(1);
  nn::Recurrent::Options o;
  o.cell = nn::Cell::lstm;
  o.layers = 2;
  o.bidirectional = true;
  const nn::Recurrent layer(nn::Scope(params), 3, 4, o);
  CHECK(params.names().size() == 16);
  CHECK(params.names()[4] == "weight_ih_l0_reverse");
  CHECK(of(params, "weight_ih_l1_reverse").shape() == Shape{16, 8});
  const Tensor x = test::random({2, 5, 3}, 1);
  CHECK(layer(x, nullptr).shape() == Shape{2, 5, 8});

  nn::Params single(2);
  const nn::Recurrent gru(nn::Scope(single), 3, 4, {nn::Cell::gru, 1, true, nn::Bias::yes, 0});
  ops::Recurrent there, back;
  const auto take = [&](ops::Recurrent& w, const std::string& end) {
    w = {of(single, "weight_ih_l0" + end), of(single, "weight_hh_l0" + end),
         of(single, "bias_ih_l0" + end), of(single, "bias_hh_l0" + end)};
  };
  take(there, "");
  take(back, "_reverse");
  const Tensor forwards = ops::gru(x, there).y;
  const Tensor backwards = ops::flip(ops::gru(ops::flip(x, {1}), back).y, {1});
  CHECK(same(gru(x, nullptr), ops::cat({forwards, backwards}, 2)));
}
