#include "ops/recurrent.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fmt/core.h>

#include "autograd/autograd.h"
#include "support/check_op.h"

using namespace dlt;
using test::In;

namespace {

constexpr std::int64_t batch = 3, steps = 4, in = 5, hidden = 2;

double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }

ops::Recurrent weights(std::int64_t gates, ops::Order order = ops::Order::batch_first) {
  return {test::random({gates * hidden, in}, 1), test::random({gates * hidden, hidden}, 2),
          test::random({gates * hidden}, 3), test::random({gates * hidden}, 4), order};
}

// Row `r` of weight times v, plus bias.
double product(const Tensor& weight, const Tensor& bias, std::int64_t r,
               const std::vector<double>& v) {
  double sum = static_cast<double>(bias.data()[r]);
  for (std::size_t j = 0; j < v.size(); ++j) {
    sum +=
        static_cast<double>(weight.data()[r * weight.dim(1) + static_cast<std::int64_t>(j)]) * v[j];
  }
  return sum;
}

struct Naive {
  std::vector<double> y, h, c;  // y [batch, steps, hidden]
};

// One number at a time, as PyTorch documents the cells.
Naive naive(std::int64_t gates, const Tensor& x, const ops::Recurrent& w, const Tensor& h0,
            const Tensor& c0) {
  Naive out;
  for (std::int64_t b = 0; b < batch; ++b) {
    std::vector<double> h, c;
    for (std::int64_t j = 0; j < hidden; ++j) {
      h.push_back(static_cast<double>(h0.data()[b * hidden + j]));
      c.push_back(static_cast<double>(c0.data()[b * hidden + j]));
    }
    for (std::int64_t t = 0; t < steps; ++t) {
      const real* row = x.data() + (b * steps + t) * in;
      const std::vector<double> v(row, row + in), before = h;
      for (std::int64_t j = 0; j < hidden; ++j) {
        const auto k = static_cast<std::size_t>(j);
        const auto from_x = [&](std::int64_t g) {
          return product(w.weight_ih, w.bias_ih, g * hidden + j, v);
        };
        const auto from_h = [&](std::int64_t g) {
          return product(w.weight_hh, w.bias_hh, g * hidden + j, before);
        };
        const auto both = [&](std::int64_t g) { return from_x(g) + from_h(g); };
        if (gates == 1) h[k] = std::tanh(both(0));
        if (gates == 3) {
          const double z = sigmoid(both(1));
          h[k] = (1 - z) * std::tanh(from_x(2) + sigmoid(both(0)) * from_h(2)) + z * before[k];
        }
        if (gates == 4) {
          c[k] = sigmoid(both(1)) * c[k] + sigmoid(both(0)) * std::tanh(both(2));
          h[k] = sigmoid(both(3)) * std::tanh(c[k]);
        }
      }
      out.y.insert(out.y.end(), h.begin(), h.end());
    }
    out.h.insert(out.h.end(), h.begin(), h.end());
    out.c.insert(out.c.end(), c.begin(), c.end());
  }
  return out;
}

ops::States run(std::int64_t gates, const Tensor& x, const ops::Recurrent& w, const Tensor& h0,
                const Tensor& c0) {
  return gates == 1   ? ops::rnn(x, w, h0)
         : gates == 3 ? ops::gru(x, w, h0)
                      : ops::lstm(x, w, h0, c0);
}

void check_equal(const Tensor& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(static_cast<double>(got.values()[i]) == Approx(expected[i]).margin(2e-6));
  }
}

}  // namespace

TEST_CASE("recurrent cells equal loops over single numbers", "[ops][recurrent]") {
  const std::int64_t gates = GENERATE(1, 3, 4);
  const Tensor x = test::random({batch, steps, in}, 7);
  const Tensor h0 = test::random({1, batch, hidden}, 8), c0 = test::random({1, batch, hidden}, 9);
  const ops::Recurrent w = weights(gates);
  const Naive expected = naive(gates, x, w, h0, c0);
  const ops::States s = run(gates, x, w, h0, c0);
  check_equal(s.y, expected.y);
  check_equal(s.hidden, expected.h);
  CHECK(s.cell.defined() == (gates == 4));
  if (gates == 4) check_equal(s.cell, expected.c);
}

TEST_CASE("time first gives what batch first gives", "[ops][recurrent]") {
  const std::int64_t gates = GENERATE(1, 3, 4);
  const Tensor x = test::random({batch, steps, in}, 7).set_needs_grad();
  Tensor turned = Tensor::uninitialized({steps, batch, in});
  const auto place = [](std::int64_t b, std::int64_t t) { return t * batch + b; };
  for (std::int64_t row = 0; row < batch * steps; ++row) {
    std::copy_n(x.data() + row * in, in,
                turned.mutable_data() + place(row / steps, row % steps) * in);
  }
  turned.set_needs_grad();
  const ops::States s = run(gates, x, weights(gates), {}, {});
  const ops::States u = run(gates, turned, weights(gates, ops::Order::time_first), {}, {});
  CHECK(std::ranges::equal(s.hidden.values(), u.hidden.values()));
  autograd::backward(s.y, Tensor::filled(s.y.shape(), 1));
  autograd::backward(u.y, Tensor::filled(u.y.shape(), 1));
  for (std::int64_t row = 0; row < batch * steps; ++row) {
    const auto other = place(row / steps, row % steps);
    for (std::int64_t j = 0; j < hidden; ++j) {
      CHECK(s.y.data()[row * hidden + j] == u.y.data()[other * hidden + j]);
    }
    for (std::int64_t j = 0; j < in; ++j) {
      CHECK(x.grad().data()[row * in + j] == Approx(turned.grad().data()[other * in + j]));
    }
  }
}

TEST_CASE("gradients of recurrent cells without biases and through the last state",
          "[ops][recurrent][gradcheck]") {
  test::check_op({"lstm", {{2, 3, 3}, {8, 3}, {8, 2}}, [](const In& x) {
                    return ops::lstm(x[0], {x[1], x[2], {}, {}}).cell;
                  }});
  test::check_op({"gru", {{2, 3, 3}, {6, 3}, {6, 2}}, [](const In& x) {
                    return ops::gru(x[0], {x[1], x[2], {}, {}}).y;
                  }});
  test::check_op({"rnn", {{2, 3, 3}, {2, 3}, {2, 2}}, [](const In& x) {
                    return ops::rnn(x[0], {x[1], x[2], {}, {}}).hidden;
                  }});
}

TEST_CASE("gradients of every result of recurrent cells, time or batch first",
          "[ops][recurrent][gradcheck]") {
  for (const auto order : {ops::Order::batch_first, ops::Order::time_first}) {
    for (const std::int64_t gates : {1, 3, 4}) {
      const std::int64_t wide = gates * 2, images = order == ops::Order::batch_first ? 2 : 3;
      std::vector<Shape> shapes = {{2, 3, 3}, {wide, 3}, {wide, 2}, {wide}, {wide}, {1, images, 2}};
      if (gates == 4) shapes.push_back(shapes.back());
      for (const auto part : {&ops::States::y, &ops::States::hidden, &ops::States::cell}) {
        if (part == &ops::States::cell && gates != 4) continue;
        test::check_op({fmt::format("recurrent of {} gates", gates), shapes, [&](const In& x) {
                          const ops::Recurrent w{x[1], x[2], x[3], x[4], order};
                          return run(gates, x[0], w, x[5], x.back()).*part;
                        }});
      }
    }
  }
}

TEST_CASE("many sequences side by side give what each gives alone", "[ops][recurrent]") {
  const std::int64_t gates = GENERATE(1, 3, 4), many = 11;
  const Tensor x = test::random({many, 5, in}, 7).set_needs_grad();
  ops::Recurrent w = weights(gates);
  w.weight_hh.set_needs_grad();
  const Tensor dy = test::random({many, 5, hidden}, 8);
  const Tensor y = run(gates, x, w, {}, {}).y;
  autograd::backward(y, dy);
  const Tensor dw = w.weight_hh.grad().clone();
  w.weight_hh.zero_grad();
  for (std::int64_t b = 0; b < many; ++b) {
    const auto part = [b](const Tensor& t) {
      const std::int64_t size = 5 * t.dim(2);
      return Tensor::from({1, 5, t.dim(2)}, {t.data() + b * size, static_cast<std::size_t>(size)});
    };
    const Tensor one = part(x).set_needs_grad();
    const Tensor alone = run(gates, one, w, {}, {}).y;
    autograd::backward(alone, part(dy));
    for (std::int64_t i = 0; i < alone.size(); ++i) {
      CHECK(part(y).data()[i] == Approx(alone.data()[i]).margin(1e-6));
    }
    for (std::int64_t i = 0; i < one.size(); ++i) {
      CHECK(part(x.grad()).data()[i] == Approx(one.grad().data()[i]).margin(1e-6));
    }
  }
  for (std::int64_t i = 0; i < dw.size(); ++i) {
    CHECK(dw.data()[i] == Approx(w.weight_hh.grad().data()[i]).margin(1e-5));
  }
}

TEST_CASE("a recurrent network of no steps returns its start", "[ops][recurrent]") {
  const Tensor h0 = test::random({1, batch, hidden}, 8);
  const ops::States s = ops::gru(Tensor::zeros({batch, 0, in}), weights(3), h0);
  CHECK(s.y.size() == 0);
  CHECK(std::ranges::equal(s.hidden.values(), h0.values()));
  CHECK(ops::lstm(Tensor::zeros({0, 4, in}), weights(4)).hidden.size() == 0);
}

TEST_CASE("recurrent networks have the same bits for any number of threads", "[ops][recurrent]") {
  test::check_threads([] {
    const Tensor x = test::random({9, 4, 40}, 1).set_needs_grad();
    const Tensor w = test::random({4 * 64, 40}, 2).set_needs_grad();
    const ops::States s = ops::lstm(x, {w, test::random({4 * 64, 64}, 3), {}, {}});
    autograd::backward(s.y, test::random(s.y.shape(), 4));
    return std::vector{s.y.clone(), x.grad().clone(), w.grad().clone()};
  });
}

TEST_CASE("recurrent networks say what does not fit", "[ops][recurrent][errors]") {
  const Tensor x = Tensor::zeros({batch, steps, in});
  ops::Recurrent w = weights(4);
  CHECK_THROWS_WITH(ops::gru(x, w), "gru: weight_hh [8, 2] is not [3 * hidden, hidden]");
  CHECK_THROWS_WITH(ops::lstm(Tensor::zeros({2, 3, 4}), w),
                    "lstm: input [2, 3, 4] does not fit weight_ih [8, 5] and weight_hh [8, 2]");
  CHECK_THROWS_WITH(ops::lstm(x, w, Tensor::zeros({1, 2, 2})),
                    "lstm: h0 [1, 2, 2] is not [1, 3, 2]");
  CHECK_THROWS_WITH(ops::lstm(x, w, {}, Tensor::zeros({3, 2})), "lstm: c0 [3, 2] is not [1, 3, 2]");
  w.bias_hh = Tensor::zeros({7});
  CHECK_THROWS_WITH(ops::lstm(x, w), "lstm: bias [7] does not fit weight_hh [8, 2]");
  w.bias_hh = {};
  CHECK_THROWS_WITH(ops::lstm(x, w), "lstm: give both biases or neither");
}
