#include "ops/matmul.h"

#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "base/parallel.h"
#include "support/check_op.h"

using namespace dlt;
using test::check_op;
using test::In;

namespace {

std::vector<real> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

}  // namespace

TEST_CASE("matmul has the gradient that finite differences give", "[matmul][gradcheck]") {
  const auto product = [](const In& x) { return ops::matmul(x[0], x[1]); };
  check_op({"matmul", {{3, 4}, {4, 2}}, product});
  check_op({"matmul of a batch with one matrix", {{2, 3, 4}, {4, 2}}, product});
  check_op({"matmul of one matrix with a batch", {{3, 4}, {5, 4, 2}}, product});
  check_op({"matmul of batches that broadcast", {{2, 1, 3, 4}, {9, 4, 2}}, product});
  check_op({"matmul of two vectors", {{5}, {5}}, product});
  check_op({"matmul of a vector with a batch", {{4}, {2, 4, 3}}, product});
  check_op({"matmul of a batch with a vector", {{2, 3, 4}, {4}}, product});
  check_op(
      {"matmul of x with itself", {{3, 3}}, [](const In& x) { return ops::matmul(x[0], x[0]); }});
}

TEST_CASE("leading axes broadcast and vectors are rows or columns", "[matmul]") {
  const Tensor m = Tensor::from({2, 2}, {1, 2, 3, 4}), v = Tensor::from({2}, {5, 6});
  CHECK(values(ops::matmul(m, m)) == std::vector<real>{7, 10, 15, 22});
  CHECK(values(ops::matmul(m, v)) == std::vector<real>{17, 39});
  CHECK(values(ops::matmul(v, m)) == std::vector<real>{23, 34});
  CHECK(ops::matmul(v, v).item() == 61);
  CHECK(ops::matmul(v, v).shape() == Shape{});
  const auto shape = [](Shape a, Shape b) {
    return ops::matmul(Tensor::zeros(std::move(a)), Tensor::zeros(std::move(b))).shape();
  };
  CHECK(shape({7, 1, 3, 4}, {5, 4, 2}) == Shape{7, 5, 3, 2});
  CHECK(shape({4}, {7, 5, 4, 2}) == Shape{7, 5, 2});
  CHECK(shape({7, 5, 3, 4}, {4}) == Shape{7, 5, 3});
}

TEST_CASE("products without elements are empty or zero", "[matmul]") {
  CHECK(values(ops::matmul(Tensor::zeros({2, 0}), Tensor::zeros({0, 3}))) ==
        std::vector<real>(6, 0));
  Tensor a = Tensor::filled({1, 2, 3}, 1).set_needs_grad();
  Tensor b = Tensor::zeros({0, 3, 4}).set_needs_grad();
  const Tensor y = ops::matmul(a, b);
  CHECK(y.shape() == Shape{0, 2, 4});
  autograd::backward(y, Tensor::zeros({0, 2, 4}));
  CHECK(values(a.grad()) == std::vector<real>(6, 0));
  CHECK(ops::linear(Tensor::zeros({2, 0}), Tensor::zeros({3, 0})).shape() == Shape{2, 3});
}

TEST_CASE("batches have the same bits for any number of threads", "[matmul]") {
  const auto run = [](int threads) {
    set_threads(threads);
    Tensor a = test::random({3, 1, 70, 65}, 1).set_needs_grad();
    Tensor b = test::random({5, 65, 33}, 2).set_needs_grad();
    const Tensor y = ops::matmul(a, b);
    autograd::backward(y, test::random({3, 5, 70, 33}, 3));
    set_threads(1);
    auto all = values(y);
    for (const Tensor& t : {a.grad(), b.grad()})
      all.insert(all.end(), t.data(), t.data() + t.size());
    return all;
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("matmul names the shapes that do not fit", "[matmul][errors]") {
  const auto product = [](Shape a, Shape b) {
    return ops::matmul(Tensor::zeros(std::move(a)), Tensor::zeros(std::move(b)));
  };
  CHECK_THROWS_WITH(product({2, 3}, {4, 5}),
                    "matmul: the last axis of [2, 3] does not fit axis -2 of [4, 5]");
  CHECK_THROWS_WITH(product({2, 3}, {2}),
                    "matmul: the last axis of [2, 3] does not fit axis 0 of [2]");
  CHECK_THROWS_WITH(product({}, {2}), "matmul: [] times [2]: scalars have no axis");
  CHECK_THROWS_WITH(product({2, 3, 4}, {3, 4, 5}),
                    "matmul: the leading axes of [2, 3, 4] and [3, 4, 5] do not broadcast");
  CHECK_THROWS_WITH(product({1 << 16, 0}, {0, 1 << 16}),
                    "matmul: a result [65536, 65536] is too large: 2^31 - 1 elements are the most");
}
