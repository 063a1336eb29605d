#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "autograd/autograd.h"
#include "base/parallel.h"
#include "kernels/causal_conv.h"
#include "kernels/on_every_target.h"
#include "ops/recurrent.h"
#include "ops/shape.h"
#include "support/check_op.h"

using namespace dlt;
using test::In;

namespace {

double at(const Tensor& x, std::int64_t i) { return static_cast<double>(x.data()[i]); }

double silu(double x) { return x / (1 + std::exp(-x)); }

// What scan_rows takes, B and C in one tensor [batch, time, 2 * states + 1] behind a column.
ops::ScanRows inputs(std::int64_t batch, std::int64_t time, std::int64_t channels,
                     std::int64_t states) {
  ops::ScanRows s;
  s.u = test::random({batch, time, channels}, 1);
  s.delta = test::random({batch, time, channels}, 2, -2, 1);
  s.softplus = true;
  s.a = test::random({channels, states}, 3, -2, 0);
  s.b = {test::random({batch, time, 2 * states + 1}, 4), 1};
  s.c = {s.b.x, 1 + states};
  s.d = test::random({channels}, 5);
  s.gate = {test::random({batch, time, channels + 2}, 6), 1};
  s.start = test::random({batch, channels, states}, 7);
  return s;
}

// y and the last states by the formula, one after the other.
std::vector<double> by_formula(const ops::ScanRows& s) {
  const auto batch = s.u.dim(0), time = s.u.dim(1), channels = s.u.dim(2), states = s.a.dim(1);
  std::vector<double> y(static_cast<std::size_t>(s.u.size())), last;
  for (std::int64_t row = 0; row < batch * channels; ++row) {
    const std::int64_t b = row / channels, c = row % channels;
    std::vector<double> h;
    for (std::int64_t n = 0; n < states; ++n) h.push_back(at(s.start, row * states + n));
    for (std::int64_t t = 0; t < time; ++t) {
      const std::int64_t step = b * time + t, place = step * channels + c;
      const double delta = std::log1p(std::exp(at(s.delta, place))), u = at(s.u, place);
      double sum = at(s.d, c) * u;
      for (std::int64_t n = 0; n < states; ++n) {
        double& state = h[static_cast<std::size_t>(n)];
        const std::int64_t wide = step * s.b.x.dim(2) + n;
        state = std::exp(delta * at(s.a, c * states + n)) * state +
                delta * u * at(s.b.x, wide + s.b.first);
        sum += state * at(s.c.x, wide + s.c.first);
      }
      const double z = at(s.gate.x, step * s.gate.x.dim(2) + s.gate.first + c);
      y[static_cast<std::size_t>(place)] = sum * silu(z);
    }
    last.insert(last.end(), h.begin(), h.end());
  }
  y.insert(y.end(), last.begin(), last.end());
  return y;
}

struct Size {
  std::int64_t batch, time, channels, states;
};

ops::Scan scan_of(const In& x, std::int64_t states) {
  return ops::scan_rows({.u = x[0],
                         .delta = x[1],
                         .softplus = true,
                         .a = x[2],
                         .b = {x[3], 1},
                         .c = {x[3], 1 + states},
                         .d = x[4],
                         .gate = {x[5], 1},
                         .start = x[6]});
}

}  // namespace

TEST_CASE("a scan of rows equals the formula, whatever its size", "[ops][mamba]") {
  for (const auto& [batch, time, channels, states] :
       {Size{1, 1, 1, 1}, Size{2, 37, 19, 16}, Size{1, 5, 70, 3}, Size{1, 40, 16, 33},
        Size{1, 130, 5, 64}, Size{2, 16, 33, 1}, Size{1, 9, 3, 65}}) {
    INFO(batch << " x " << time << " x " << channels << " x " << states);
    const ops::ScanRows in = inputs(batch, time, channels, states);
    const auto expected = by_formula(in);
    kernels::on_every_target([&](const char* target) {
      INFO(target);
      const ops::Scan s = ops::scan_rows(in);
      for (std::int64_t i = 0; i < s.y.size() + s.last_state.size(); ++i) {
        const double ours = i < s.y.size() ? at(s.y, i) : at(s.last_state, i - s.y.size());
        REQUIRE(ours == Approx(expected[static_cast<std::size_t>(i)]).margin(2e-5));
      }
    });
  }
}

TEST_CASE("gradients of a scan of rows equal central differences", "[ops][mamba][gradcheck]") {
  for (const auto& [batch, time, channels, states] :
       {Size{1, 1, 1, 1}, Size{2, 3, 5, 2}, Size{1, 19, 2, 2}, Size{1, 2, 2, 17},
        Size{1, 2, 66, 1}}) {
    INFO(batch << " x " << time << " x " << channels << " x " << states);
    for (const auto part : {&ops::Scan::y, &ops::Scan::last_state}) {
      test::check_op({"selective_scan of rows",
                      {{batch, time, channels},
                       {batch, time, channels},
                       {channels, states},
                       {batch, time, 2 * states + 1},
                       {channels},
                       {batch, time, channels + 2},
                       {batch, channels, states}},
                      [&](const In& x) { return scan_of(x, states).*part; }});
    }
  }
}

TEST_CASE("gradients of scans that are given one tensor twice", "[ops][mamba][gradcheck]") {
  const Tensor a = test::random({2, 2}, 5, -1, 0);
  const auto with = [&](const Tensor& u, const Tensor& delta, const ops::Columns& gate) {
    return ops::scan_rows({.u = u, .delta = delta, .a = a, .b = {u}, .c = {delta}, .gate = gate}).y;
  };
  test::check_op({"selective_scan of u as delta", {{1, 3, 2}}, [&](const In& x) {
                    return with(x[0], x[0], {});
                  }});
  test::check_op({"selective_scan gated by u", {{1, 3, 2}, {1, 3, 2}}, [&](const In& x) {
                    return with(x[0], x[1], {x[0]});
                  }});
}

TEST_CASE("a long scan's gradients are those of its parts, one from the other's last state",
          "[ops][mamba]") {
  const std::int64_t time = 53, first = 20, channels = 21, states = 5;
  const auto shapes = std::vector<Shape>{
      {1, time, channels}, {1, time, channels},     {channels, states},   {1, time, 2 * states + 1},
      {channels},          {1, time, channels + 2}, {1, channels, states}};
  In whole, parts;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    whole.push_back(test::random(shapes[i], i, -1, i == 2 ? 0 : 1).set_needs_grad());
    parts.push_back(whole.back().clone().set_needs_grad());
  }
  const Tensor dy = test::random(shapes[0], 20);
  autograd::backward(scan_of(whole, states).y, dy);

  const auto cut = [](const Tensor& x, std::int64_t from, std::int64_t to) {
    return ops::slice(x, 1, from, to);
  };
  const auto piece = [&](std::int64_t from, std::int64_t to, const Tensor& start) {
    return scan_of({cut(parts[0], from, to), cut(parts[1], from, to), parts[2],
                    cut(parts[3], from, to), parts[4], cut(parts[5], from, to), start},
                   states);
  };
  const ops::Scan one = piece(0, first, parts[6]), two = piece(first, time, one.last_state);
  autograd::backward(std::vector{one.y, two.y}, {cut(dy, 0, first), cut(dy, first, time)});
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    for (std::int64_t j = 0; j < whole[i].size(); ++j) {
      REQUIRE(at(parts[i].grad(), j) == Approx(at(whole[i].grad(), j)).margin(2e-5));
    }
  }
}

TEST_CASE("a causal convolution sees its own step and those before it", "[ops][mamba]") {
  for (const auto& [batch, time, channels, kernel] :
       {Size{2, 7, 19, 4}, Size{1, 1, 3, 4}, Size{1, 70, 5, 1}, Size{1, 9, 33, 12}}) {
    INFO(batch << " x " << time << " x " << channels << ", kernel " << kernel);
    const ops::Columns x{test::random({batch, time, channels + 3}, 1), 2};
    const Tensor w = test::random({channels, 1, kernel}, 2), bias = test::random({channels}, 3);
    const Tensor before = test::random({batch, kernel - 1, channels}, 4);
    for (const Tensor& history : {Tensor(), before}) {
      const Tensor y = ops::causal_conv(x, w, bias, history);
      for (std::int64_t i = 0; i < y.size(); ++i) {
        const std::int64_t c = i % channels, t = i / channels % time, b = i / channels / time;
        double sum = at(bias, c);
        for (std::int64_t k = 0; k < kernel; ++k) {
          const std::int64_t from = t - (kernel - 1) + k;
          const double seen =
              from >= 0 ? at(x.x, (b * time + from) * (channels + 3) + 2 + c)
              : history.defined()
                  ? at(history, (b * (kernel - 1) + kernel - 1 + from) * channels + c)
                  : 0;
          sum += at(w, c * kernel + k) * seen;
        }
        REQUIRE(at(y, i) == Approx(silu(sum)).margin(1e-5));
      }
    }
  }
}

TEST_CASE("gradients of causal convolutions equal central differences", "[ops][mamba][gradcheck]") {
  for (const auto& [batch, time, channels, kernel] :
       {Size{2, 3, 2, 4}, Size{1, 67, 1, 3}, Size{1, 5, 2, 1}, Size{1, 4, 17, 5}}) {
    test::check_op({"causal_conv",
                    {{batch, time, channels + 2}, {channels, 1, kernel}, {channels}},
                    [](const In& x) {
                      return ops::causal_conv({x[0], 1}, x[1], x[2]);
                    }});
    const Tensor history = test::random({batch, kernel - 1, channels}, 8);
    test::check_op({"causal_conv without bias, after others",
                    {{batch, time, channels}, {channels, 1, kernel}},
                    [&](const In& x) { return ops::causal_conv({x[0]}, x[1], {}, history); }});
  }
}

TEST_CASE("Mamba's kernels have the same bits for any number of threads", "[ops][mamba]") {
  std::vector<std::vector<real>> runs;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    In x = {test::random({2, 70, 150}, 1),    test::random({2, 70, 150}, 2),
            test::random({150, 4}, 3, -1, 0), test::random({2, 70, 9}, 4),
            test::random({150}, 5),           test::random({2, 70, 152}, 6),
            test::random({2, 150, 4}, 7),     test::random({150, 1, 4}, 8)};
    for (Tensor& t : x) t.set_needs_grad();
    const Tensor u = ops::causal_conv({x[0]}, x[7], x[4]);
    const ops::Scan s = scan_of({u, x[1], x[2], x[3], x[4], x[5], x[6]}, 4);
    autograd::backward(s.y, test::random(s.y.shape(), 9));
    auto& run = runs.emplace_back(s.y.values().begin(), s.y.values().end());
    for (const Tensor& t : x) {
      const Tensor grad = t.grad();
      run.insert(run.end(), grad.values().begin(), grad.values().end());
    }
  }
  set_threads(1);
  CHECK(runs[1] == runs[0]);
  CHECK(runs[2] == runs[0]);
}

TEST_CASE("scans and convolutions of rows say what does not fit", "[ops][mamba][errors]") {
  const auto z = [](Shape s) { return Tensor::zeros(std::move(s)); };
  const Tensor u = z({2, 4, 3}), a = z({3, 5}), b = z({2, 4, 5});
  using R = ops::ScanRows;
  CHECK_THROWS_WITH(ops::scan_rows({.u = u, .delta = b, .a = a, .b = {b}, .c = {b}}),
                    "scan_rows: u [2, 4, 3] and delta [2, 4, 5] must be one shape [batch, time, "
                    "channels]");
  CHECK_THROWS_WITH(ops::scan_rows({.u = u, .delta = u, .a = b, .b = {b}, .c = {b}}),
                    "scan_rows: A [2, 4, 5] is not [channels, states] for u [2, 4, 3]");
  CHECK_THROWS_WITH(ops::scan_rows({.u = u, .delta = u, .a = a, .b = {b}, .c = {b, 1}}),
                    "scan_rows: B [2, 4, 5] from column 0 and C [2, 4, 5] from column 1 do not "
                    "hold 5 for u [2, 4, 3]");
  const R good{.u = u, .delta = u, .a = a, .b = {b}, .c = {b}};
  R wrong = good;
  wrong.d = z({2});
  CHECK_THROWS_WITH(ops::scan_rows(wrong),
                    "scan_rows: D [2] does not fit the 3 channels of u [2, 4, 3]");
  wrong = good;
  wrong.gate = {b, 3};
  CHECK_THROWS_WITH(ops::scan_rows(wrong),
                    "scan_rows: gate [2, 4, 5] from column 3 does not hold u [2, 4, 3]");
  wrong = good;
  wrong.start = u;
  CHECK_THROWS_WITH(ops::scan_rows(wrong), "scan_rows: start [2, 4, 3] is not [2, 3, 5]");
  CHECK_THROWS_WITH(ops::causal_conv({u}, z({3, 4}), {}),
                    "causal_conv: weight [3, 4] is not [channels, 1, kernel]");
  CHECK_THROWS_WITH(ops::causal_conv({u, 1}, z({3, 1, 4}), {}),
                    "causal_conv: x [2, 4, 3] from column 1 does not hold the 3 channels of "
                    "weight [3, 1, 4]");
  CHECK_THROWS_WITH(ops::causal_conv({u}, z({3, 1, 4}), z({4})),
                    "causal_conv: bias [4] does not fit weight [3, 1, 4]");
  CHECK_THROWS_WITH(ops::causal_conv({u}, z({3, 1, 4}), {}, z({2, 4, 3})),
                    "causal_conv: history [2, 4, 3] is not [2, 3, 3]");
}

TEST_CASE("scans and convolutions of no rows are nothing", "[ops][mamba]") {
  const auto z = [](Shape s) { return Tensor::zeros(std::move(s)); };
  const Tensor start = test::random({2, 3, 2}, 1);
  const ops::Scan s = ops::scan_rows({.u = z({2, 0, 3}),
                                      .delta = z({2, 0, 3}),
                                      .a = z({3, 2}),
                                      .b = {z({2, 0, 2})},
                                      .c = {z({2, 0, 2})},
                                      .start = start});
  CHECK(s.y.size() == 0);
  CHECK(std::ranges::equal(s.last_state.values(), start.values()));
  CHECK(ops::causal_conv({z({2, 0, 3})}, z({3, 1, 4}), {}).size() == 0);
}
