#include "ops/attention.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "support/check_op.h"

using namespace dlt;
using ops::scaled_dot_product_attention;
using test::In;

namespace {

// One row at a time, as the formula says.
Tensor naive(const Tensor& q, const Tensor& k, const Tensor& v, const Indices& mask, bool causal) {
  const auto time = q.dim(2), keys = k.dim(2), width = q.dim(3), wide = v.dim(3);
  Tensor y = Tensor::zeros({q.dim(0), q.dim(1), time, wide});
  for (std::int64_t row = 0; row < q.dim(0) * q.dim(1) * time; ++row) {
    const auto head =
                   row / time / q.dim(1) * k.dim(1) + row / time % q.dim(1) / (q.dim(1) / k.dim(1)),
               t = row % time;
    std::vector<double> p(static_cast<std::size_t>(keys));
    double sum = 0;
    for (std::int64_t j = 0; j < keys; ++j) {
      double s = 0;
      for (std::int64_t c = 0; c < width; ++c) {
        s += static_cast<double>(q.data()[row * width + c] *
                                 k.data()[(head * keys + j) * width + c]);
      }
      const bool seen = (!causal || j <= t) && (mask.size() == 0 || mask.data()[t * keys + j] != 0);
      p[static_cast<std::size_t>(j)] = seen ? std::exp(s / std::sqrt(double(width))) : 0;
      sum += p[static_cast<std::size_t>(j)];
    }
    for (std::int64_t j = 0; j < keys && sum > 0; ++j) {
      for (std::int64_t c = 0; c < wide; ++c) {
        y.mutable_data()[row * wide + c] += static_cast<real>(
            p[static_cast<std::size_t>(j)] / sum * double(v.data()[(head * keys + j) * wide + c]));
      }
    }
  }
  return y;
}

}  // namespace

TEST_CASE("attention of [1, 0] over the unit keys has the weights of the formula",
          "[ops][attention]") {
  const Tensor q = Tensor::from({1, 1, 1, 2}, {1, 0});
  const Tensor unit = Tensor::from({1, 1, 2, 2}, {1, 0, 0, 1});
  const Tensor y = scaled_dot_product_attention(q, unit, unit, {}, {});
  CHECK(y.data()[0] == Approx(0.6697615493));
  CHECK(y.data()[1] == Approx(0.3302384507));
}

TEST_CASE("attention in panels equals attention row by row", "[ops][attention]") {
  const auto causal = GENERATE(true, false);
  const auto time = GENERATE(1, 64, 130);
  const Tensor q = test::random({2, 4, time, 5}, 1), k = test::random({2, 2, 100, 5}, 2);
  const Tensor v = test::random({2, 2, 100, 3}, 3);
  std::vector<std::int32_t> hidden(static_cast<std::size_t>(time * 100));
  for (std::size_t i = 0; i < hidden.size(); ++i) hidden[i] = i * 7 % 3 == 0 ? 0 : 5;
  for (const Indices& mask : {Indices(), Indices({time, 100}, hidden)}) {
    const Tensor y =
        scaled_dot_product_attention(q, k, v, mask, {.causal = causal, .grouped = true});
    const Tensor expected = naive(q, k, v, mask, causal);
    for (std::int64_t i = 0; i < y.size(); ++i) {
      REQUIRE(y.data()[i] == Approx(expected.data()[i]).margin(1e-5));
    }
  }
}

TEST_CASE("a query that sees no key gets zeros and passes no gradient", "[ops][attention]") {
  const Tensor q = test::random({1, 1, 2, 3}, 1).set_needs_grad();
  const Tensor k = test::random({1, 1, 4, 3}, 2).set_needs_grad();
  const Tensor v = test::random({1, 1, 4, 2}, 3).set_needs_grad();
  const Indices mask({2, 1}, {0, 1});

  const Tensor y = scaled_dot_product_attention(q, k, v, mask, {});
  autograd::backward(y, Tensor::filled(y.shape(), 1));

  for (int i = 0; i < 2; ++i) CHECK(y.data()[i] == 0);
  for (int i = 0; i < 3; ++i) CHECK(q.grad().data()[i] == 0);
  CHECK(autograd::all_finite(k.grad()));
  for (int i = 0; i < 8; ++i) CHECK(std::isfinite(v.grad().data()[i]));
}

TEST_CASE("gradients of attention in several panels", "[ops][attention][gradcheck]") {
  const Indices mask({1, 1, 70}, [] {
    std::vector<std::int32_t> m(70, 1);
    m[0] = m[3] = 0;
    return m;
  }());
  test::check_op({"attention with a mask and two panels",
                  {{1, 2, 66, 2}, {1, 1, 70, 2}, {1, 1, 70, 2}},
                  [&](const In& x) {
                    return scaled_dot_product_attention(x[0], x[1], x[2], mask,
                                                        {.causal = true, .grouped = true});
                  }});
  test::check_op({"attention to itself", {{1, 2, 4, 3}}, [](const In& x) {
                    return scaled_dot_product_attention(x[0], x[0], x[0], {}, {.scale = 0.3});
                  }});
  const Indices blind({2, 1, 3, 4}, {1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1,  //
                                     0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0});
  for (const bool causal : {false, true}) {
    test::check_op({"attention with a mask for each image that hides all from one query",
                    {{2, 4, 3, 2}, {2, 2, 4, 2}, {2, 2, 4, 3}},
                    [&](const In& x) {
                      return scaled_dot_product_attention(
                          x[0], x[1], x[2], blind,
                          {.causal = causal, .grouped = true, .scale = -0.7});
                    }});
  }
  for (const auto form : {ops::Rotation::half, ops::Rotation::interleaved}) {
    test::check_op(
        {"rotary", {{2, 3, 6}}, [=](const In& x) { return ops::rotary(x[0], 100, form, 2); }});
  }
}

TEST_CASE("attention has the same bits for any number of threads", "[ops][attention]") {
  test::check_threads([] {
    const Tensor q = test::random({2, 4, 70, 8}, 1).set_needs_grad();
    const Tensor k = test::random({2, 2, 70, 8}, 2).set_needs_grad();
    const Tensor y = scaled_dot_product_attention(q, k, k, {}, {.causal = true, .grouped = true});
    autograd::backward(y, test::random(y.shape(), 4));
    return std::vector{y.clone(), q.grad().clone(), k.grad().clone()};
  });
}

TEST_CASE("rotations turn pairs and leave position 0 and all lengths alone", "[ops][attention]") {
  const Tensor x = Tensor::from({2, 4}, {1, 2, 3, 4, 1, 0, 0, 1});
  const Tensor half = ops::rotary(x, 100, ops::Rotation::half);
  const Tensor pairs = ops::rotary(x, 100, ops::Rotation::interleaved);
  for (int i = 0; i < 4; ++i) {
    CHECK(half.data()[i] == x.data()[i]);
    CHECK(pairs.data()[i] == x.data()[i]);
  }
  // Rates 1 and 0.1. Half: (x0, x2) = (1, 0) and (x1, x3) = (0, 1).
  const double h[] = {std::cos(1.0), -std::sin(0.1), std::sin(1.0), std::cos(0.1)};
  const double p[] = {std::cos(1.0), std::sin(1.0), -std::sin(0.1), std::cos(0.1)};
  for (int i = 0; i < 4; ++i) {
    CHECK(half.data()[4 + i] == Approx(h[i]));
    CHECK(pairs.data()[4 + i] == Approx(p[i]));
  }
}

TEST_CASE("attention of nothing is nothing", "[ops][attention]") {
  const Tensor none = Tensor::zeros({1, 2, 0, 3}), some = test::random({1, 2, 4, 3}, 1);
  CHECK(scaled_dot_product_attention(none, some, some, {}, {}).size() == 0);
  const Tensor flat = scaled_dot_product_attention(some, none, none, {}, {});
  for (real v : flat.values()) CHECK(v == 0);
  Tensor headless = Tensor::zeros({1, 0, 4, 3});
  const Tensor y = scaled_dot_product_attention(headless.set_needs_grad(), headless, headless, {},
                                                {.grouped = true});
  autograd::backward(y, Tensor::zeros(y.shape()));
  CHECK(headless.grad().size() == 0);
  CHECK(ops::rotary(Tensor::zeros({0, 2}), 10, ops::Rotation::half).size() == 0);
}

TEST_CASE("attention says what does not fit", "[ops][attention][errors]") {
  const Tensor q = Tensor::zeros({1, 4, 2, 3}), k = Tensor::zeros({1, 2, 5, 3});
  CHECK_THROWS_WITH(scaled_dot_product_attention(q, k, k, {}, {}),
                    "scaled_dot_product_attention: 4 heads of q cannot use 2 heads of k and v "
                    "(enable_gqa lets them share)");
  CHECK_THROWS_WITH(
      scaled_dot_product_attention(q, Tensor::zeros({1, 3, 5, 3}), Tensor::zeros({1, 3, 5, 3}), {},
                                   {.grouped = true}),
      "scaled_dot_product_attention: 4 heads of q cannot use 3 heads of k and v");
  CHECK_THROWS_WITH(
      scaled_dot_product_attention(q, k, Tensor::zeros({1, 2, 4, 3}), {}, {}),
      "scaled_dot_product_attention: q [1, 4, 2, 3], k [1, 2, 5, 3] and v [1, 2, 4, 3] do not fit "
      "together");
  CHECK_THROWS_WITH(scaled_dot_product_attention(q, k, Tensor::zeros({4}), {}, {}),
                    "scaled_dot_product_attention: q [1, 4, 2, 3], k [1, 2, 5, 3] and v [4] must "
                    "be [batch, heads, time, width]");
  CHECK_THROWS_WITH(
      scaled_dot_product_attention(q, q, q, Indices({3}, {1, 1, 1}), {}),
      "scaled_dot_product_attention: attn_mask [3] does not broadcast to [1, 4, 2, 2]");
  CHECK_THROWS_WITH(ops::rotary(Tensor::zeros({2, 3}), 10, ops::Rotation::half),
                    "rope: input [2, 3] is not [..., time, an even width]");
  CHECK_THROWS_WITH(ops::rotary(Tensor::zeros({2, 4}), 0, ops::Rotation::half),
                    "rope: theta 0 is not above 0");
}
