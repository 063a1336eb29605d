#include "ops/ops.h"

#include <catch2/catch.hpp>

#include "base/error.h"
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
            real(0.1),
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
  check_op({"rms_norm", {{70, 5}, {5}}, [](const In& x) {
              return ops::rms_norm(x[0], x[1], 1e-5);
            }});
  check_op({"linear", {{2, 3, 4}, {5, 4}, {5}}, [](const In& x) {
              return ops::linear(x[0], x[1], x[2]);
            }});
  check_op({"linear with gelu", {{6, 4}, {5, 4}, {5}}, [](const In& x) {
              return ops::linear(x[0], x[1], x[2], ops::Activation::gelu);
            }});
  check_op({"embedding", {{3, 4}}, [&](const In& x) { return ops::embedding(x[0], ids); }});
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
}
