#include "ops/ops.h"

#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "base/error.h"
#include "kernels/dropout.h"
#include "support/check_op.h"

using namespace dlt;
using test::check_op;
using test::In;

TEST_CASE("every op's gradient agrees with finite differences", "[ops][gradcheck]") {
  const Indices ids({2, 2}, {0, 2, 2, 1}), partly({2, 2}, {0, -1, 2, 1});
  const ops::Heads plain{.query = 2, .key_value = 2, .width = 4};
  const ops::Heads grouped{.query = 4, .key_value = 2, .width = 2};
  check_op({"add", {{2, 3}, {2, 3}}, [](const In& x) { return ops::add(x[0], x[1]); }});
  check_op({"add of x with itself", {{4}}, [](const In& x) { return ops::add(x[0], x[0]); }});
  check_op({"mul", {{2, 3}, {2, 3}}, [](const In& x) { return ops::mul(x[0], x[1]); }});
  check_op({"mul of x with itself", {{4}}, [](const In& x) { return ops::mul(x[0], x[0]); }});
  check_op({"scale", {{5}}, [](const In& x) { return ops::scale(x[0], real(-1.5)); }});
  for (const auto kind : {ops::Activation::gelu, ops::Activation::silu}) {
    check_op({"activate", {{37}}, [=](const In& x) { return ops::activate(x[0], kind); }, -4, 4});
  }
  check_op({"activate",
            {{7}},
            [](const In& x) { return ops::activate(x[0], ops::Activation::relu); },
            0.1,
            4});
  check_op({"swiglu", {{3, 38}}, [](const In& x) { return ops::swiglu(x[0]); }, -3, 3});
  check_op({"dropout", {{40}}, [](const In& x) { return ops::dropout(x[0], 0.4, 7); }});
  check_op({"reshape", {{2, 3}}, [](const In& x) { return ops::reshape(x[0], {3, 2}); }});
  check_op({"sum", {{2, 3}}, [](const In& x) { return ops::sum(x[0]); }});
  check_op({"mean", {{2, 3}}, [](const In& x) { return ops::mean(x[0]); }});
  check_op({"softmax", {{3, 21}}, [](const In& x) { return ops::softmax(x[0]); }});
  check_op({"layer_norm", {{3, 20}, {20}, {20}}, [](const In& x) {
              return ops::layer_norm(x[0], x[1], x[2], 1e-5);
            }});
  check_op({"layer_norm without bias", {{3, 4}, {4}}, [](const In& x) {
              return ops::layer_norm(x[0], x[1], {}, 1e-5);
            }});
  check_op(
      {"rms_norm", {{70, 5}, {5}}, [](const In& x) { return ops::rms_norm(x[0], x[1], 1e-5); }});
  check_op({"linear", {{2, 3, 4}, {5, 4}, {5}}, [](const In& x) {
              return ops::linear(x[0], x[1], x[2]);
            }});
  check_op({"linear without bias", {{3, 4}, {5, 4}}, [](const In& x) {
              return ops::linear(x[0], x[1]);
            }});
  for (const auto kind : {ops::Activation::gelu, ops::Activation::silu}) {
    check_op({"linear with an activation", {{6, 4}, {5, 4}, {5}}, [=](const In& x) {
                return ops::linear(x[0], x[1], x[2], kind);
              }});
  }
  check_op({"linear with relu",
            {{3, 4}, {5, 4}},
            [](const In& x) { return ops::linear(x[0], x[1], {}, ops::Activation::relu); },
            0.1,
            1});
  check_op({"embedding", {{3, 4}}, [&](const In& x) { return ops::embedding(x[0], ids); }});
  const Indices bag_ids({6}, {0, 2, 2, 1, 2, 0}), bag_first({4}, {0, 3, 3, 4});
  check_op({"embedding_bag", {{3, 4}}, [&](const In& x) {
              return ops::embedding_bag(x[0], bag_ids, bag_first);
            }});
  check_op({"embedding_bag", {{3, 4}}, [&](const In& x) {
              return ops::embedding_bag(x[0], bag_ids, bag_first, ops::Bag::sum);
            }});
  check_op({"add_positions", {{2, 3, 4}, {6, 4}}, [](const In& x) {
              return ops::add_positions(x[0], x[1], 2);
            }});
  check_op({"attention", {{2, 5, 24}}, [&](const In& x) { return ops::attention(x[0], plain); }});
  check_op({"attention with grouped queries and dropout", {{1, 70, 16}}, [&](const In& x) {
              return ops::attention(x[0], grouped, 0.2, 3);
            }});
  check_op({"rope", {{2, 3, 24}}, [&](const In& x) { return ops::rope(x[0], plain, 100, 2); }});
  check_op(
      {"cross_entropy", {{2, 2, 3}}, [&](const In& x) { return ops::cross_entropy(x[0], ids); }});
  check_op({"cross_entropy with ignored targets", {{2, 2, 3}}, [&](const In& x) {
              return ops::cross_entropy(x[0], partly);
            }});
  check_op({"linear_cross_entropy", {{2, 2, 5}, {3, 5}}, [&](const In& x) {
              return ops::linear_cross_entropy(x[0], x[1], partly);
            }});
  check_op({"linear_cross_entropy with bias and smoothing",
            {{2, 2, 5}, {3, 5}, {3}},
            [&](const In& x) { return ops::linear_cross_entropy(x[0], x[1], x[2], partly, 0.2); }});
}

TEST_CASE("dropout decides by the mask, wherever an element lies", "[ops]") {
  for (const std::int64_t size : {1, 7, 40'000}) {
    const Tensor x = test::random({size}, 1, 1, 2), y = ops::dropout(x, 0.3, 11);
    const kernels::DropoutMask mask(0.3, 11);
    std::int64_t kept = 0;
    for (std::int64_t i = 0; i < size; ++i) {
      kept += y.data()[i] != 0;
      if (y.data()[i] != x.data()[i] * mask.factor(i)) FAIL("element " << i << " of " << size);
    }
    if (size > 1000)
      CHECK(static_cast<double>(kept) / static_cast<double>(size) == Approx(0.7).epsilon(0.02));
  }
}

TEST_CASE("softmax rows are probabilities, whatever is added to a row", "[ops]") {
  const auto cols = GENERATE(1, 2, 7, 64, 1000);
  const Tensor x = test::random({3, cols}, 1);
  Tensor shifted = x.clone();
  for (std::int64_t i = 0; i < x.size(); ++i) shifted.mutable_data()[i] += 1000;

  const Tensor p = ops::softmax(x), q = ops::softmax(shifted);

  for (std::int64_t r = 0; r < 3; ++r) {
    double sum = 0;
    for (std::int64_t j = 0; j < cols; ++j) sum += static_cast<double>(p.data()[r * cols + j]);
    CHECK(sum == Approx(1));
  }
  for (std::int64_t i = 0; i < x.size(); ++i) {
    CHECK(p.data()[i] == Approx(q.data()[i]).epsilon(1e-3));
  }
}

TEST_CASE("layer_norm of 1 2 3 4 uses the biased variance", "[ops]") {
  const Tensor y =
      ops::layer_norm(Tensor::from({4}, {1, 2, 3, 4}), Tensor::filled({4}, 1), {}, 1e-5);
  const double expected[] = {-1.3416354, -0.4472118, 0.4472118, 1.3416354};
  for (std::int64_t i = 0; i < 4; ++i) CHECK(y.data()[i] == Approx(expected[i]).epsilon(1e-6));
}

TEST_CASE("the head fused with its loss equals the two ops it replaces", "[ops]") {
  const double smoothing = GENERATE(0, 0.1);
  const Tensor x = test::random({700, 9}, 1).set_needs_grad(), x2 = x.clone().set_needs_grad();
  const Tensor w = test::random({33, 9}, 2).set_needs_grad(), w2 = w.clone().set_needs_grad();
  const Tensor b = test::random({33}, 3).set_needs_grad(), b2 = b.clone().set_needs_grad();
  std::vector<std::int32_t> ids(700);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int32_t>(i * 7 % 34) - 1;
  const Indices target({700}, ids);

  const Tensor fused = ops::linear_cross_entropy(x, w, b, target, smoothing);
  const Tensor apart = ops::cross_entropy(ops::linear(x2, w2, b2), target, {},
                                          {.ignore = -1, .smoothing = smoothing});
  autograd::backward(ops::scale(fused, 3));
  autograd::backward(ops::scale(apart, 3));

  CHECK(fused.item() == Approx(apart.item()));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    CHECK(x.grad().data()[i] == Approx(x2.grad().data()[i]).margin(1e-7));
  }
  for (std::int64_t i = 0; i < w.size(); ++i) {
    CHECK(w.grad().data()[i] == Approx(w2.grad().data()[i]).margin(1e-6));
  }
  for (std::int64_t i = 0; i < b.size(); ++i) {
    CHECK(b.grad().data()[i] == Approx(b2.grad().data()[i]).margin(1e-6));
  }
}

TEST_CASE("shape mistakes name the op and the shapes", "[ops][errors]") {
  CHECK_THROWS_WITH(ops::linear(Tensor::zeros({8, 64}), Tensor::zeros({192, 65})),
                    "linear: input [8, 64] does not fit weight [192, 65] ([out, in])");
  CHECK_THROWS_WITH(ops::add(Tensor::zeros({2}), Tensor::zeros({3})),
                    "add: shapes [2] and [3] do not broadcast");
  CHECK_THROWS_WITH(
      ops::attention(Tensor::zeros({1, 2, 12}), {.query = 3, .key_value = 2, .width = 2}),
      "attention: 3 query heads cannot share 2 key/value heads evenly");
  CHECK_THROWS_WITH(ops::embedding(Tensor::zeros({3, 2}), Indices({1}, {3})),
                    "embedding: id 3 is outside a table of 3 rows");
  CHECK_THROWS_WITH(ops::cross_entropy(Tensor::zeros({1, 3}), Indices({1}, {3})),
                    "cross_entropy: target 3 is not in [0, 3)");
}
