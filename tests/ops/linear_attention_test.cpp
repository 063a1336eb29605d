#include "ops/linear_attention.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "kernels/on_every_target.h"
#include "ops/elementwise.h"
#include "ops/shape.h"
#include "support/check_op.h"

using namespace dlt;
using test::In;

namespace {

using Numbers = std::vector<double>;

double number(const Tensor& t, std::int64_t i) { return static_cast<double>(t.data()[i]); }

// The parallel form of the paper, in double: y_t = sum over s <= t of gamma^(t - s) (q_t k_s) v_s.
Numbers naive_retention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& gamma) {
  const std::int64_t heads = gamma.size(), time = q.dim(1), width = q.dim(2) / heads,
                     value_width = v.dim(2) / heads;
  Numbers y(static_cast<std::size_t>(v.size()));
  for (std::int64_t b = 0; b < q.dim(0); ++b) {
    for (std::int64_t h = 0; h < heads; ++h) {
      for (std::int64_t t = 0; t < time; ++t) {
        for (std::int64_t s = 0; s <= t; ++s) {
          const auto row = [&](std::int64_t step) { return (b * time + step) * heads + h; };
          double score = std::pow(number(gamma, h), static_cast<double>(t - s)) /
                         std::sqrt(static_cast<double>(width));
          double product = 0;
          for (std::int64_t i = 0; i < width; ++i) {
            product += number(q, row(t) * width + i) * number(k, row(s) * width + i);
          }
          score *= product;
          for (std::int64_t i = 0; i < value_width; ++i) {
            y[static_cast<std::size_t>(row(t) * value_width + i)] +=
                score * number(v, row(s) * value_width + i);
          }
        }
      }
    }
  }
  return y;
}

// The sums of the paper as they stand, in long double, whose exponents reach far enough.
Numbers naive_wkv(const Tensor& k, const Tensor& v, const Tensor& w, const Tensor& u) {
  const std::int64_t time = k.dim(1), channels = k.dim(2);
  Numbers y(static_cast<std::size_t>(k.size()));
  for (std::int64_t i = 0; i < k.size(); ++i) {
    const std::int64_t c = i % channels, t = i / channels % time;
    long double above = 0, below = 0;
    for (std::int64_t s = 0; s <= t; ++s) {
      const std::int64_t at = i - (t - s) * channels;
      const double weight =
          number(k, at) + (s == t ? number(u, c) : static_cast<double>(t - 1 - s) * number(w, c));
      const long double e = std::exp(static_cast<long double>(weight));
      above += e * number(v, at);
      below += e;
    }
    y[static_cast<std::size_t>(i)] = static_cast<double>(above / below);
  }
  return y;
}

void check_near(const Tensor& got, const Numbers& expected, double margin) {
  for (std::int64_t i = 0; i < got.size(); ++i) {
    INFO("element " << i);
    REQUIRE(number(got, i) == Approx(expected[static_cast<std::size_t>(i)]).margin(margin));
  }
}

Tensor steps(const Tensor& x, std::int64_t from, std::int64_t to) {
  return ops::slice(x, 1, from, to);
}

}  // namespace

TEST_CASE("retention by chunks is the parallel form of the paper", "[ops][linear_attention]") {
  for (const std::int64_t time : {1, 63, 64, 65, 150}) {
    INFO("time " << time);
    const Tensor q = test::random({2, time, 15}, 1), k = test::random(q.shape(), 2);
    const Tensor v = test::random({2, time, 21}, 3);
    const Tensor gamma = Tensor::from({3}, {1 - 1 / real{32}, 0.5, 1});
    check_near(ops::retention(q, k, v, gamma).y, naive_retention(q, k, v, gamma), 2e-5);
  }
}

TEST_CASE("wkv is the weighted average of the paper", "[ops][linear_attention]") {
  kernels::on_every_target([](const char* target) {
    INFO(target);
    for (const std::int64_t channels : {1, 7, 33, 40}) {
      const Tensor k = test::random({2, 19, channels}, 1, -3, 3), v = test::random(k.shape(), 2);
      const Tensor w = test::random({channels}, 3, -3, 0), u = test::random({channels}, 4);
      check_near(ops::wkv(k, v, w, u).y, naive_wkv(k, v, w, u), 1e-5);
    }
  });
}

TEST_CASE("wkv keeps its sums within range for keys of any size", "[ops][linear_attention]") {
  const std::int64_t time = 50, channels = 5;
  Tensor k = test::random({1, time, channels}, 1, -1, 1), v = test::random(k.shape(), 2);
  for (std::int64_t i = 0; i < k.size(); ++i) {
    k.mutable_data()[i] += static_cast<real>(i % 7 == 0 ? 60 : i % 7 == 3 ? -60 : 0);
  }
  const Tensor w = test::random({channels}, 3, -2, 0), u = test::random({channels}, 4);
  check_near(ops::wkv(k, v, w, u).y, naive_wkv(k, v, w, u), 1e-4);
  Tensor far = Tensor::filled(k.shape(), 900);  // e^900 is no double
  check_near(ops::wkv(far, Tensor::filled(v.shape(), 2), w, u).y, Numbers(k.values().size(), 2),
             1e-4);
  far.set_needs_grad();
  autograd::backward(ops::wkv(far, v, w, u).y, test::random(k.shape(), 5));
  CHECK(autograd::all_finite(far.grad()));
}

TEST_CASE("sequences in parts are those at once", "[ops][linear_attention]") {
  const Tensor q = test::random({2, 100, 6}, 1), k = test::random(q.shape(), 2);
  const Tensor v = test::random({2, 100, 4}, 3), gamma = Tensor::from({2}, {0.97F, 0.6F});
  const ops::Retention whole = ops::retention(q, k, v, gamma);
  Tensor state;
  for (const auto& [from, to] : {std::pair{0, 1}, {1, 2}, {2, 71}, {71, 100}}) {
    const auto part = [from = from, to = to](const Tensor& x) { return steps(x, from, to); };
    const ops::Retention r = ops::retention(part(q), part(k), part(v), gamma, state);
    state = r.last_state;
    const Tensor there = part(whole.y);
    for (std::int64_t i = 0; i < there.size(); ++i) {
      CHECK(r.y.data()[i] == Approx(there.data()[i]).margin(1e-5));
    }
  }
  const Tensor w = Tensor::from({4}, {-1, -0.1F, -3, -1e-3F}), u = test::random({4}, 5);
  const Tensor keys = test::random(v.shape(), 6, -8, 8);
  const ops::Wkv all = ops::wkv(keys, v, w, u);
  state = {};
  for (std::int64_t t = 0; t < 100; t += 5) {
    const ops::Wkv r = ops::wkv(steps(keys, t, t + 5), steps(v, t, t + 5), w, u, state);
    state = r.last_state;
    CHECK(std::ranges::equal(r.y.values(), steps(all.y, t, t + 5).values()));
  }
  CHECK(std::ranges::equal(state.values(), all.last_state.values()));
}

TEST_CASE("gradients of retention, over chunks and of states",
          "[ops][linear_attention][gradcheck]") {
  const Tensor gamma = Tensor::from({2}, {0.97F, 0.6F});
  const std::vector<Shape> shapes = {{2, 5, 6}, {2, 5, 6}, {2, 5, 4}, {2, 2, 3, 2}};
  for (const auto part : {&ops::Retention::y, &ops::Retention::last_state}) {
    test::check_op({"retention", shapes, [&](const In& x) {
                      return ops::retention(x[0], x[1], x[2], gamma, x[3]).*part;
                    }});
  }
  test::check_op({"retention of itself", {{1, 4, 6}}, [&](const In& x) {
                    return ops::retention(x[0], x[0], x[0], gamma).y;
                  }});
  const Tensor none = Tensor::from({1}, {0.9F});
  test::check_op({"retention over chunks",
                  {{1, 130, 1}, {1, 130, 1}, {1, 130, 1}},
                  [&](const In& x) { return ops::retention(x[0], x[1], x[2], none).y; }});
}

TEST_CASE("gradients of wkv", "[ops][linear_attention][gradcheck]") {
  const Tensor start = test::random({2, 3, 3}, 5, 0.5, 1);
  test::check_op({"wkv", {{2, 6, 3}, {2, 6, 3}, {3}, {3}}, [&](const In& x) {
                    return ops::wkv(x[0], x[1], x[2], x[3], start).y;
                  }});
  test::check_op({"wkv of many channels", {{1, 3, 37}, {1, 3, 37}, {37}, {37}}, [](const In& x) {
                    return ops::wkv(x[0], x[1], x[2], x[3]).y;
                  }});
  const Tensor keys = Tensor::from({1, 6, 1}, {60, -60, 0, 59, 61, -60});
  test::check_op({"wkv of extreme keys", {{1, 6, 1}, {1, 6, 1}, {1}, {1}}, [&](const In& x) {
                    return ops::wkv(ops::add(x[0], keys), x[1], x[2], x[3]).y;
                  }});
}

TEST_CASE("linear attention has the same bits for any number of threads",
          "[ops][linear_attention]") {
  test::check_threads([] {
    const Tensor x = test::random({3, 70, 40}, 1).set_needs_grad();
    const Tensor w = test::random({40}, 2, -1, 0).set_needs_grad();
    const Tensor r = ops::retention(x, x, x, test::random({5}, 3, 0.5, 1)).y;
    const Tensor a = ops::wkv(x, r, w, w).y;
    autograd::backward(a, test::random(a.shape(), 4));
    return std::vector{a.clone(), x.grad().clone(), w.grad().clone()};
  });
}

TEST_CASE("linear attention of nothing is nothing", "[ops][linear_attention]") {
  const auto z = [](Shape s) { return Tensor::zeros(std::move(s)); };
  const ops::Retention r = ops::retention(z({2, 0, 4}), z({2, 0, 4}), z({2, 0, 2}), z({2}));
  CHECK(r.last_state.shape() == Shape{2, 2, 2, 1});
  for (real x : r.last_state.values()) CHECK(x == 0);
  CHECK(ops::wkv(z({2, 0, 4}), z({2, 0, 4}), z({4}), z({4})).y.size() == 0);
  CHECK(ops::wkv(z({0, 3, 0}), z({0, 3, 0}), z({0}), z({0})).last_state.size() == 0);
}

TEST_CASE("linear attention says what does not fit", "[ops][linear_attention][errors]") {
  const auto z = [](Shape s) { return Tensor::zeros(std::move(s)); };
  const Tensor q = z({2, 3, 6}), v = z({2, 3, 4});
  CHECK_THROWS_WITH(ops::retention(q, v, v, z({2})),
                    "retention: q [2, 3, 6] and k [2, 3, 4] must be one shape [batch, time, heads "
                    "* width]");
  CHECK_THROWS_WITH(ops::retention(q, q, z({2, 4, 4}), z({2})),
                    "retention: v [2, 4, 4] is not [batch, time, heads * value width] for q "
                    "[2, 3, 6]");
  CHECK_THROWS_WITH(ops::retention(q, q, v, z({3})),
                    "retention: gamma [3] must be [heads], which divide the widths of q [2, 3, 6] "
                    "and v [2, 3, 4]");
  CHECK_THROWS_WITH(ops::retention(q, q, v, z({2}), z({2, 2, 3})),
                    "retention: start [2, 2, 3] must be [2, 2, 3, 2]");
  CHECK_THROWS_WITH(ops::wkv(q, v, z({6}), z({6})),
                    "wkv: k [2, 3, 6] and v [2, 3, 4] must be one shape [batch, time, channels]");
  CHECK_THROWS_WITH(ops::wkv(q, q, z({6}), z({5})),
                    "wkv: w [6] and u [5] must be [6], one number for each channel of k [2, 3, 6]");
  CHECK_THROWS_WITH(ops::wkv(q, q, z({6}), z({6}), z({2, 6})),
                    "wkv: start [2, 6] must be [2, 3, 6]");
}
