#include <algorithm>
#include <catch2/catch.hpp>

#include "autograd/autograd.h"
#include "ops/ops.h"
#include "support/check_op.h"

using namespace dlt;
using test::In;

namespace {

constexpr ops::Heads two{.query = 2, .key_value = 2, .width = 3};

// Rows [begin, end) and columns from `column` on, heads first: [1, heads, rows, width].
Tensor head_rows(const Tensor& x, std::int64_t begin, std::int64_t end, std::int64_t column,
                 const ops::Heads& heads) {
  Tensor part =
      ops::slice(ops::slice(x, 0, begin, end), 1, column, column + heads.query * heads.width);
  part = ops::reshape(part, {1, end - begin, heads.query, heads.width});
  return ops::permute(part, {0, 2, 1, 3});
}

// One sequence after the other, by the general op.
Tensor one_by_one(const Tensor& q, const Indices& first, const Tensor& kv, const Indices& kv_first,
                  bool causal) {
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i + 1 < first.size(); ++i) {
    const auto begin = first.data()[i], end = first.data()[i + 1];
    const auto key = kv_first.data()[i], last = kv_first.data()[i + 1];
    const auto wide = two.query * two.width;
    const Tensor y = ops::scaled_dot_product_attention(
        head_rows(q, begin, end, 0, two), head_rows(kv, key, last, 0, two),
        head_rows(kv, key, last, wide, two), {}, {.causal = causal});
    parts.push_back(ops::reshape(ops::permute(y, {0, 2, 1, 3}), {end - begin, wide}));
  }
  return ops::cat(parts, 0);
}

void check_near(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  for (std::int64_t i = 0; i < a.size(); ++i) {
    CHECK(a.data()[i] == Approx(b.data()[i]).margin(1e-6));
  }
}

}  // namespace

TEST_CASE("gradients of attention within sequences", "[ops][gradcheck][ragged]") {
  const Indices first({4}, {0, 2, 2, 5}), keys({4}, {0, 3, 4, 7});
  for (const bool causal : {false, true}) {
    for (const double rate : {0.0, 0.3}) {
      const ops::RaggedAttend o{.causal = causal, .dropout_rate = rate, .dropout_key = 5};
      test::check_op({"ragged_attention", {{5, 18}}, [&](const In& x) {
                        return ops::ragged_attention(x[0], first, two, o);
                      }});
      test::check_op({"ragged_cross_attention", {{5, 6}, {7, 12}}, [&](const In& x) {
                        return ops::ragged_attention(x[0], first, x[1], keys, two, o);
                      }});
    }
  }
  const ops::Heads grouped{.query = 4, .key_value = 2, .width = 2};
  const Indices long_one({3}, {0, 70, 72});
  test::check_op(
      {"ragged_attention of grouped queries in two panels", {{72, 16}}, [&](const In& x) {
         return ops::ragged_attention(x[0], long_one, grouped, {.causal = true});
       }});
}

TEST_CASE("attention within sequences equals attention one by one", "[ops][ragged]") {
  const Indices first({4}, {0, 70, 70, 75}), keys({4}, {0, 90, 91, 97});
  const Tensor q = test::random({75, 6}, 1), kv = test::random({97, 12}, 2);
  check_near(ops::ragged_attention(q, first, kv, keys, two, {}),
             one_by_one(q, first, kv, keys, false));
  const Tensor qkv = test::random({75, 18}, 3);
  const Tensor queries = ops::slice(qkv, 1, 0, 6), others = ops::slice(qkv, 1, 6, 18);
  check_near(ops::ragged_attention(qkv, first, two, {.causal = true}),
             one_by_one(queries, first, others, first, true));
}

TEST_CASE("a sequence that sees nothing gets zeros", "[ops][ragged]") {
  const Indices first({3}, {0, 2, 3}), keys({3}, {0, 0, 2});
  const Tensor q = test::random({3, 6}, 1).set_needs_grad(),
               kv = test::random({2, 12}, 2).set_needs_grad();
  const Tensor y = ops::ragged_attention(q, first, kv, keys, two, {});
  CHECK(std::ranges::all_of(y.values().first(12), [](real v) { return v == 0; }));
  autograd::backward(ops::sum(y));
  CHECK(std::ranges::all_of(q.grad().values().first(12), [](real v) { return v == 0; }));
}

TEST_CASE("attention within sequences has the same bits for any number of threads",
          "[ops][ragged]") {
  test::check_threads([] {
    const Indices first({4}, {0, 70, 71, 99});
    const Tensor qkv = test::random({99, 18}, 1).set_needs_grad();
    const Tensor y = ops::ragged_attention(qkv, first, two, {.causal = true, .dropout_rate = 0.1});
    autograd::backward(ops::sum(ops::square(y)));
    return std::vector<Tensor>{y, qkv.grad()};
  });
}

TEST_CASE("attention within sequences says what does not fit", "[ops][ragged][errors]") {
  const Tensor qkv = Tensor::zeros({4, 18}), q = Tensor::zeros({4, 6}), kv = Tensor::zeros({5, 12});
  const Indices four({2}, {0, 4}), five({2}, {0, 5}), both({3}, {0, 2, 5});
  CHECK_THROWS_WITH(ops::ragged_attention(q, four, two, {}),
                    "ragged_attention: input [4, 6] is not [rows, (2 + 2 * 2) * 3]");
  CHECK_THROWS_WITH(ops::ragged_attention(qkv, five, two, {}),
                    "ragged_attention: the first rows of the sequences must begin with 0, not fall "
                    "and end with all 4 rows");
  CHECK_THROWS_WITH(ops::ragged_attention(q, four, qkv, four, two, {}),
                    "ragged_attention: q [4, 6] and kv [4, 18] are not [rows, 6] and [rows, 12]");
  CHECK_THROWS_WITH(ops::ragged_attention(q, four, kv, both, two, {}),
                    "ragged_attention: 1 sequences of q and 2 of kv do not fit together");
  CHECK_THROWS_WITH(ops::ragged_attention(qkv, four, {.query = 3, .key_value = 2, .width = 3}, {}),
                    "ragged_attention: 3 query heads cannot share 2 key/value heads evenly");
}
