#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "base/error.h"
#include "base/parallel.h"
#include "ops/ops.h"
#include "support/check_op.h"

using namespace dlt;
using ops::Dims;
using ops::Keep;
using test::check_op;
using test::In;

namespace {

std::vector<double> numbers(const Tensor& t) {
  return std::vector<double>(t.values().begin(), t.values().end());
}

}  // namespace

TEST_CASE("reductions over any axes have exact gradients", "[ops][reduce][gradcheck]") {
  for (const Dims& dims :
       {Dims{0}, Dims{1}, Dims{-1}, Dims{0, 2}, Dims{1, 3}, Dims{2, 1}, Dims{}, Dims{0, 1, 2, 3}}) {
    const Shape shape = {2, 3, 1, 5};
    for (const Keep keep : {Keep::no, Keep::yes}) {
      check_op({"sum", {shape}, [&](const In& x) { return ops::sum(x[0], dims, keep); }});
      check_op({"mean", {shape}, [&](const In& x) { return ops::mean(x[0], dims, keep); }});
      check_op(
          {"logsumexp", {shape}, [&](const In& x) { return ops::logsumexp(x[0], dims, keep); }});
      check_op(
          {"amax", {shape}, [&](const In& x) { return ops::amax(x[0], dims, keep); }, -99, 99});
      check_op(
          {"amin", {shape}, [&](const In& x) { return ops::amin(x[0], dims, keep); }, -99, 99});
      check_op({"var", {shape}, [&](const In& x) { return ops::var(x[0], dims, 0, keep); }});
      check_op({"prod", {{2, 3, 1, 2}}, [&](const In& x) { return ops::prod(x[0], dims, keep); }});
    }
  }
  for (const double correction : {0.5, 1.0, 2.0}) {
    check_op({"var", {{3, 4}}, [=](const In& x) { return ops::var(x[0], {1}, correction); }});
  }
  for (const std::int64_t dim : {0, 1, -1}) {
    check_op({"cumsum", {{3, 4, 5}}, [=](const In& x) { return ops::cumsum(x[0], dim); }});
    check_op({"cumprod", {{3, 4, 2}}, [=](const In& x) { return ops::cumprod(x[0], dim); }});
    for (const bool down : {false, true}) {
      check_op({"topk",
                {{3, 4, 5}},
                [=](const In& x) { return ops::topk(x[0], 2, dim, down).values; },
                -99,
                99});
      check_op({"sort",
                {{3, 4, 5}},
                [=](const In& x) { return ops::sort(x[0], dim, down).values; },
                -99,
                99});
    }
  }
}

// More columns, and more rows, than a task takes at a time.
TEST_CASE("reductions in several tiles have exact gradients", "[ops][reduce][gradcheck]") {
  for (const Shape& shape : {Shape{2, 270}, Shape{140, 2}}) {
    INFO(shape.str());
    check_op({"var", {shape}, [](const In& x) { return ops::var(x[0], {0}); }});
    check_op({"logsumexp", {shape}, [](const In& x) { return ops::logsumexp(x[0], {0}); }});
    check_op({"amin", {shape}, [](const In& x) { return ops::amin(x[0], {0}); }, -99, 99});
    check_op({"prod", {shape}, [](const In& x) { return ops::prod(x[0], {0}); }, 0.9, 1.1});
    check_op({"cumsum", {shape}, [](const In& x) { return ops::cumsum(x[0], 0); }});
    check_op({"cumprod", {shape}, [](const In& x) { return ops::cumprod(x[0], 0); }, 0.9, 1.1});
  }
}

TEST_CASE("reduced axes stay with size 1 or go", "[ops][reduce]") {
  const Tensor x = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(ops::sum(x, {0}).shape() == Shape{3});
  CHECK(ops::sum(x, {0}, Keep::yes).shape() == Shape{1, 3});
  CHECK(ops::sum(x, {}).shape() == Shape{});
  CHECK(ops::sum(x, {}).item() == 21);
  CHECK(numbers(ops::sum(x, {-1})) == std::vector<double>{6, 15});
  CHECK(numbers(ops::mean(x, {0})) == std::vector<double>{2.5, 3.5, 4.5});
  CHECK(numbers(ops::var(x, {1})) == std::vector<double>{1, 1});
  CHECK(numbers(ops::prod(x, {1})) == std::vector<double>{6, 120});
  CHECK(numbers(ops::cumsum(x, 0)) == std::vector<double>{1, 2, 3, 5, 7, 9});
  CHECK(numbers(ops::cumprod(x, 1)) == std::vector<double>{1, 2, 6, 4, 20, 120});
  CHECK(ops::argmax(x, 0).values() == std::vector<std::int32_t>{1, 1, 1});
  CHECK(ops::sum(Tensor::from({}, {3}), {0}).item() == 3);
  CHECK(numbers(ops::sum(Tensor::zeros({0, 2}), {0})) == std::vector<double>{0, 0});
  CHECK(numbers(ops::prod(Tensor::zeros({0, 2}), {0})) == std::vector<double>{1, 1});
  CHECK(ops::sum(Tensor::zeros({0, 2}), {1}).shape() == Shape{0});
}

TEST_CASE("sums of many numbers are accurate, whatever the layout and threads", "[ops][reduce]") {
  for (const Shape& shape : {Shape{1, 1000003, 1}, Shape{1, 40001, 3}, Shape{3, 5001, 70},
                             Shape{2, 1001, 300}, Shape{2000, 17, 1}}) {
    INFO(shape.str());
    const Tensor x = test::random(shape, 1, 0, 1);
    const auto n = shape.dim(1), inner = shape.dim(2);
    const Tensor y = ops::sum(x, {1});
    double worst = 0;
    for (std::int64_t i = 0; i < y.size(); ++i) {
      long double exact = 0;
      for (std::int64_t k = 0; k < n; ++k)
        exact += x.data()[(i / inner * n + k) * inner + i % inner];
      worst = std::max(worst, static_cast<double>(std::abs(y.data()[i] - exact) / exact));
    }
    CHECK(worst < (sizeof(real) == 8 ? 1e-13 : 1e-6));
    set_threads(3);
    CHECK(numbers(ops::sum(x, {1})) == numbers(y));
    set_threads(1);
  }
}

TEST_CASE("the largest of several share the gradient evenly", "[ops][reduce]") {
  const Tensor x = Tensor::from({2, 3}, {1, 4, 4, 2, 2, 2}).set_needs_grad();
  autograd::backward(ops::sum(ops::amax(x, {1})));
  const double third = static_cast<double>(real(1) / 3);
  CHECK(numbers(x.grad()) == std::vector<double>{0, 0.5, 0.5, third, third, third});
}

TEST_CASE("products with zeros have exact gradients", "[ops][reduce]") {
  const Tensor x = Tensor::from({3, 4}, {1, 2, 0, 4, 0, 2, 0, 4, 1, 2, 3, 4}).set_needs_grad();
  autograd::backward(ops::sum(ops::prod(x, {1})));
  CHECK(numbers(x.grad()) == std::vector<double>{0, 0, 8, 0, 0, 0, 0, 0, 24, 12, 8, 6});
  Tensor z = Tensor::from({4}, {2, 0, 3, 5}).set_needs_grad();
  autograd::backward(ops::sum(ops::cumprod(z, 0)));
  CHECK(numbers(z.grad()) == std::vector<double>{1, 2 + 6 + 30, 0, 0});
}

TEST_CASE("logsumexp neither overflows nor loses infinities", "[ops][reduce]") {
  constexpr real inf = std::numeric_limits<real>::infinity();
  const Tensor x = Tensor::from({4, 2}, {1000, 1000, -1000, -1000, -inf, -inf, inf, 0});
  const auto y = numbers(ops::logsumexp(x, {1}));
  CHECK(y[0] == Approx(1000 + std::log(2.0)));
  CHECK(y[1] == Approx(-1000 + std::log(2.0)));
  CHECK(y[2] == -INFINITY);
  CHECK(y[3] == INFINITY);
}

TEST_CASE("ranking is stable, and NaN is the largest", "[ops][reduce]") {
  constexpr real nan = std::numeric_limits<real>::quiet_NaN();
  const Tensor x = Tensor::from({6}, {3, 1, nan, 3, 1, 2});
  CHECK(ops::sort(x).indices.values() == std::vector<std::int32_t>{1, 4, 5, 0, 3, 2});
  CHECK(ops::sort(x, 0, true).indices.values() == std::vector<std::int32_t>{2, 0, 3, 5, 1, 4});
  CHECK(ops::topk(x, 3).indices.values() == std::vector<std::int32_t>{2, 0, 3});
  CHECK(ops::topk(x, 2, 0, false).indices.values() == std::vector<std::int32_t>{1, 4});
  CHECK(ops::argmax(x, 0).values() == std::vector<std::int32_t>{2});
  CHECK(std::isnan(ops::amax(x, {}).item()));
  CHECK(std::isnan(ops::amin(x, {}).item()));
  CHECK(ops::topk(x, 0).values.shape() == Shape{0});
}

TEST_CASE("mistakes in reductions say what was given", "[ops][reduce][errors]") {
  const Tensor x = Tensor::zeros({2, 3}), none = Tensor::zeros({2, 0});
  CHECK_THROWS_WITH(ops::sum(x, {2}), "sum: [2, 3] has no axis 2");
  CHECK_THROWS_WITH(ops::sum(x, {0, -2}), "sum: axis -2 is named twice");
  CHECK_THROWS_WITH(ops::cumsum(x, -3), "cumsum: [2, 3] has no axis -3");
  CHECK_THROWS_WITH(ops::mean(none, {1}), "mean: [2, 0] has nothing along the axes to reduce");
  CHECK_THROWS_WITH(ops::amax(none, {1}), "amax: [2, 0] has nothing along the axes to reduce");
  CHECK_THROWS_WITH(ops::var(x, {0}, 2),
                    "var: 2 values with correction 2: there must be more values");
  CHECK_THROWS_WITH(ops::argmax(none, 1), "argmax: [2, 0] has nothing along axis 1");
  CHECK_THROWS_WITH(ops::topk(x, 4), "topk: k 4 is not in [0, 3], the size of axis -1 of [2, 3]");
}
