#include "ops/shape.h"

#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "base/parallel.h"
#include "base/system.h"
#include "support/check_op.h"

using namespace dlt;
using test::check_op;
using test::In;

namespace {

Tensor counted(Shape shape) {
  Tensor t = Tensor::uninitialized(std::move(shape));
  for (std::int64_t i = 0; i < t.size(); ++i) t.mutable_data()[i] = static_cast<real>(i);
  return t;
}

std::vector<real> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

}  // namespace

TEST_CASE("what moves elements has the gradient that finite differences give",
          "[shape][gradcheck]") {
  const Indices index({2, 2, 2}, {0, 2, 2, 1, 0, 0, 1, 2}), list({4}, {2, 0, 2, 1});
  check_op({"permute", {{2, 3, 4, 2}}, [](const In& x) {
              return ops::permute(x[0], {3, 1, 0, 2});
            }});
  check_op({"reshape", {{2, 3}}, [](const In& x) { return ops::reshape(x[0], {3, -1}); }});
  check_op({"expand", {{3, 1}}, [](const In& x) { return ops::expand(x[0], {2, 3, 20}); }});
  check_op({"expand of a row", {{20}}, [](const In& x) { return ops::expand(x[0], {3, 2, 20}); }});
  check_op({"expand of a scalar", {{}}, [](const In& x) { return ops::expand(x[0], {3, 2}); }});
  check_op({"slice", {{2, 7, 2}}, [](const In& x) { return ops::slice(x[0], 1, 1, -1, 2); }});
  check_op({"cat", {{2, 1}, {2, 3}}, [](const In& x) { return ops::cat({x[1], x[0], x[1]}, 1); }});
  check_op({"stack", {{2, 2}, {2, 2}}, [](const In& x) { return ops::stack(x, -2); }});
  check_op({"flip", {{2, 3, 2}}, [](const In& x) { return ops::flip(x[0], {0, 2}); }});
  check_op({"roll", {{2, 5}}, [](const In& x) { return ops::roll(x[0], -7, 1); }});
  check_op({"pad", {{2, 3}}, [](const In& x) { return ops::pad(x[0], {1, -1, 2, 1}); }});
  for (const auto mode : {ops::Pad::reflect, ops::Pad::replicate}) {
    check_op({"pad", {{3, 4}}, [=](const In& x) { return ops::pad(x[0], {3, 1, 1, 2}, mode); }});
  }
  check_op({"tril", {{2, 3, 4}}, [](const In& x) { return ops::tril(x[0], 1); }});
  check_op({"triu", {{2, 3, 4}}, [](const In& x) { return ops::triu(x[0], -1); }});
  check_op({"gather", {{2, 3, 2}}, [&](const In& x) { return ops::gather(x[0], 1, index); }});
  check_op(
      {"index_select", {{2, 3, 2}}, [&](const In& x) { return ops::index_select(x[0], 1, list); }});
  check_op({"scatter_add", {{2, 3, 2}, {2, 2, 3}}, [&](const In& x) {
              return ops::scatter_add(x[0], 1, index, x[1]);
            }});
  check_op({"embedding", {{3, 2}}, [&](const In& x) { return ops::embedding(x[0], list); }});
}

TEST_CASE("permute moves every element, whatever the sizes and the order", "[shape]") {
  const Shape shape =
      GENERATE(Shape{3, 5, 7}, Shape{70, 1, 130}, Shape{1, 200, 17}, Shape{130, 67, 3});
  const Tensor x = counted(shape);
  for (const ops::Dims& dims : {ops::Dims{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
    const Tensor y = ops::permute(x, dims);
    std::int64_t wrong = 0, i = 0;
    std::int64_t at[3];
    for (at[0] = 0; at[0] < y.dim(0); ++at[0]) {
      for (at[1] = 0; at[1] < y.dim(1); ++at[1]) {
        for (at[2] = 0; at[2] < y.dim(2); ++at[2], ++i) {
          std::int64_t from[3];
          for (std::size_t d = 0; d < 3; ++d) from[dims[d]] = at[d];
          const auto place = (from[0] * shape.dim(1) + from[1]) * shape.dim(2) + from[2];
          wrong += y.data()[i] != x.data()[place];
        }
      }
    }
    CHECK(wrong == 0);
    ops::Dims back(3);
    for (std::size_t d = 0; d < 3; ++d)
      back[static_cast<std::size_t>(dims[d])] = static_cast<std::int64_t>(d);
    CHECK(values(ops::permute(y, back)) == values(x));
  }
}

TEST_CASE("slices are Python's", "[shape]") {
  const Tensor x = counted({7});
  CHECK(values(ops::slice(x, 0, 1, 5, 2)) == std::vector<real>{1, 3});
  CHECK(values(ops::slice(x, 0, -3, INT64_MAX)) == std::vector<real>{4, 5, 6});
  CHECK(values(ops::slice(x, 0, INT64_MIN, -1, 3)) == std::vector<real>{0, 3});
  CHECK(values(ops::slice(x, 0, 2, 3, INT64_MAX)) == std::vector<real>{2});
  CHECK(ops::slice(x, 0, 5, 2).shape() == Shape{0});
}

TEST_CASE("small results of moving elements", "[shape]") {
  const Tensor x = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(values(ops::flip(x, {-1})) == std::vector<real>{3, 2, 1, 6, 5, 4});
  CHECK(values(ops::roll(x, 4, 1)) == std::vector<real>{3, 1, 2, 6, 4, 5});
  CHECK(values(ops::tril(x)) == std::vector<real>{1, 0, 0, 4, 5, 0});
  CHECK(values(ops::triu(x, INT64_MIN)) == values(x));
  CHECK(values(ops::pad(x, {1, 0}, ops::Pad::constant, 9)) ==
        std::vector<real>{9, 1, 2, 3, 9, 4, 5, 6});
  CHECK(values(ops::pad(x, {-1, -1})) == std::vector<real>{2, 5});
  CHECK(values(ops::pad(x, {2, 1}, ops::Pad::reflect)) ==
        std::vector<real>{3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5});
  CHECK(values(ops::pad(x, {1, 2}, ops::Pad::replicate)) ==
        std::vector<real>{1, 1, 2, 3, 3, 3, 4, 4, 5, 6, 6, 6});
  CHECK(values(ops::stack({x, x}, 0)) == std::vector<real>{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  CHECK(ops::one_hot(Indices({2}, {2, 0}), 3).values() ==
        std::vector<std::int32_t>{0, 0, 1, 1, 0, 0});
}

TEST_CASE("the padding row of an embedding does not learn", "[shape]") {
  Tensor table = counted({3, 2});
  table.set_needs_grad();
  const Tensor y = ops::embedding(table, Indices({2, 2}, {0, 2, 2, 1}), 2);
  CHECK(values(y) == std::vector<real>{0, 1, 4, 5, 4, 5, 2, 3});
  autograd::backward(y, Tensor::filled({2, 2, 2}, 1));
  CHECK(values(table.grad()) == std::vector<real>{1, 1, 1, 1, 0, 0});
}

TEST_CASE("moving elements without any gives a result without any", "[shape]") {
  const Tensor x = Tensor::zeros({2, 0, 3});
  CHECK(ops::permute(x, {2, 0, 1}).shape() == Shape{3, 2, 0});
  CHECK(ops::reshape(x, {0, 5}).shape() == Shape{0, 5});
  CHECK(ops::expand(x, {4, 2, 0, 3}).shape() == Shape{4, 2, 0, 3});
  CHECK(ops::slice(x, 1, 0, 4, 3).shape() == x.shape());
  CHECK(ops::cat({x, Tensor::zeros({2, 1, 3}), x}, 1).shape() == Shape{2, 1, 3});
  CHECK(ops::flip(x, {1}).shape() == x.shape());
  CHECK(ops::roll(x, 3, 1).shape() == x.shape());
  CHECK(values(ops::pad(x, {0, 0, 1, 0}, ops::Pad::constant, 2)) == std::vector<real>(6, 2));
  CHECK(ops::tril(x).shape() == x.shape());
  CHECK(ops::index_select(x, 1, Indices({0}, {})).shape() == x.shape());
  CHECK(ops::gather(x, 0, Indices({4, 0, 1}, {})).shape() == Shape{4, 0, 1});
  CHECK(ops::embedding(Tensor::zeros({0, 3}), Indices({0}, {})).shape() == Shape{0, 3});
}

TEST_CASE("sums over repeated elements have the same bits for any number of threads", "[shape]") {
  const auto gradient = [](const Shape& small, const Shape& large) {
    Tensor x = test::random(small, 1).set_needs_grad();
    autograd::backward(ops::expand(x, large), test::random(large, 2));
    return values(x.grad());
  };
  for (const auto& [small, large] : {std::pair<Shape, Shape>{{300, 1}, {50, 300, 70}},
                                     {{1, 70}, {50, 300, 70}},
                                     {{50, 1, 1}, {50, 300, 70}}}) {
    set_threads(1);
    const auto one = gradient(small, large);
    set_threads(3);
    CHECK(gradient(small, large) == one);
    set_threads(1);
  }
}

TEST_CASE("a result that fills the machine is refused", "[shape][errors]") {
  const auto memory = static_cast<double>(memory_bytes());
  const std::int64_t size = memory_bytes() / 2 / static_cast<std::int64_t>(sizeof(real)) + 1;
  if (size >= std::int64_t{1} << 31) return;  // it cannot be filled
  CHECK_THROWS_WITH(
      ops::expand(Tensor::zeros({1}), {size}),
      fmt::format("expand: a result [{}] takes {:.3g} GB, more than half of this machine's {:.3g} "
                  "GB",
                  size, static_cast<double>(size) * sizeof(real) / 1e9, memory / 1e9));
}

TEST_CASE("mistakes in moving elements name the operator and the shapes", "[shape][errors]") {
  const Tensor x = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(ops::reshape(x, {4, -1}), "reshape: [2, 3] does not fit [4, -1]");
  CHECK_THROWS_WITH(ops::reshape(x, {7}), "reshape: [2, 3] does not fit [7]");
  CHECK_THROWS_WITH(ops::reshape(x, {-1, -1}),
                    "reshape: a result [1, -1] is impossible: no size may be negative");
  CHECK_THROWS_WITH(ops::permute(x, {0, 0}),
                    "permute: dims [0, 0] must name each of the 2 axes of [2, 3] once");
  CHECK_THROWS_WITH(ops::permute(x, {0, 2}), "permute: [2, 3] has no axis 2");
  CHECK_THROWS_WITH(ops::expand(x, {2, 4}),
                    "expand: [2, 3] does not fit [2, 4]: only axes of size 1 can be repeated");
  CHECK_THROWS_WITH(ops::expand(x, {3}), "expand: [2, 3] has more axes than [3]");
  CHECK_THROWS_WITH(ops::expand(x, {1 << 30, 2, 3}),
                    "expand: a result [1073741824, 2, 3] is too large: 2^31 - 1 elements are the "
                    "most");
  CHECK_THROWS_WITH(ops::slice(x, 1, 0, 1, 0), "slice: step 0 is not at least 1");
  CHECK_THROWS_WITH(ops::cat({x, Tensor::zeros({2, 3, 1})}, 0),
                    "cat: [2, 3, 1] does not fit [2, 3]: only axis 0 may differ");
  CHECK_THROWS_WITH(ops::cat({}, 0), "cat: needs at least one tensor");
  CHECK_THROWS_WITH(ops::stack({}, 0), "stack: needs at least one tensor");
  CHECK_THROWS_WITH(ops::stack({x, Tensor::zeros({3, 2})}, 0),
                    "stack: shapes differ: [2, 3] and [3, 2]");
  CHECK_THROWS_WITH(ops::flip(x, {1, -1}), "flip: dims [1, -1] name an axis twice");
  CHECK_THROWS_WITH(ops::pad(x, {1}),
                    "pad: 1 amounts do not fit [2, 3]: two numbers for each axis, the last axis "
                    "first");
  CHECK_THROWS_WITH(ops::pad(x, {-2, -2}),
                    "pad: a result [2, -1] is impossible: no size may be negative");
  CHECK_THROWS_WITH(ops::pad(x, {std::int64_t{1} << 40, 0}),
                    "pad: amounts [1099511627776, 0] are too large");
  CHECK_THROWS_WITH(ops::pad(x, {3, 0}, ops::Pad::reflect),
                    "pad: reflecting 3 and 0 elements needs an axis longer than that, not axis 1 "
                    "of [2, 3]");
  CHECK_THROWS_WITH(ops::pad(x, {-1, 0}, ops::Pad::reflect),
                    "pad: negative amounts [-1, 0] crop, which goes with mode constant only");
  CHECK_THROWS_WITH(ops::pad(Tensor::zeros({2, 0}), {1, 0}, ops::Pad::replicate),
                    "pad: axis 1 of [2, 0] has no element to repeat");
  CHECK_THROWS_WITH(ops::tril(Tensor::zeros({3})),
                    "tril: [3] is not a matrix: at least two axes are needed");
}

TEST_CASE("mistakes in indices name the operator and the index", "[shape][errors]") {
  const Tensor x = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(ops::gather(x, 1, Indices({1, 2}, {0, 3})),
                    "gather: index 3 is outside an axis of size 3");
  CHECK_THROWS_WITH(ops::gather(x, 1, Indices({3, 1}, {0, 0, 0})),
                    "gather: index [3, 1] does not fit [2, 3]: as many axes, none larger but axis "
                    "1");
  CHECK_THROWS_WITH(ops::index_select(x, 0, Indices({1}, {-1})),
                    "index_select: index -1 is outside an axis of size 2");
  CHECK_THROWS_WITH(ops::index_select(x, 0, Indices({1, 1}, {0})),
                    "index_select: the index must be [count], not [1, 1]");
  CHECK_THROWS_WITH(ops::scatter_add(x, 0, Indices({1, 3}, {0, 0, 0}), Tensor::zeros({1, 2})),
                    "scatter_add: index [1, 3] does not fit [2, 3] and src [1, 2]: as many axes, "
                    "none larger but axis 0 of the first");
  CHECK_THROWS_WITH(ops::embedding(x, Indices({1}, {2})),
                    "embedding: id 2 is outside a table of 2 rows");
  CHECK_THROWS_WITH(ops::embedding(x, Indices({1}, {0}), 2),
                    "embedding: padding 2 is outside a table of 2 rows");
  CHECK_THROWS_WITH(ops::one_hot(Indices({1}, {3}), 3), "one_hot: 3 is not one of 3 classes");
  CHECK_THROWS_WITH(ops::one_hot(Indices({1}, {0}), 0), "one_hot: 0 classes are not at least 1");
}
