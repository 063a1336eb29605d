#include <catch2/catch.hpp>
#include <cmath>

#include "api/operator.h"
#include "autograd/autograd.h"
#include "base/parallel.h"
#include "ops/pool.h"
#include "support/check_op.h"

using namespace dlt;
using test::check_op;
using test::In;

namespace {

using Size = std::vector<std::int64_t>;
using Rows = std::vector<std::vector<double>>;

Tensor image(const Rows& rows) {
  const auto h = static_cast<std::int64_t>(rows.size()),
             w = static_cast<std::int64_t>(rows[0].size());
  Tensor t = Tensor::uninitialized({1, 1, h, w});
  for (std::int64_t i = 0; i < t.size(); ++i) {
    t.mutable_data()[i] =
        static_cast<real>(rows[static_cast<std::size_t>(i / w)][static_cast<std::size_t>(i % w)]);
  }
  return t;
}

ops::Resize twice(ops::Interpolation mode, bool align_corners = false) {
  return {{}, {2}, mode, align_corners};
}

void check_row(const Tensor& y, std::int64_t row, const std::vector<double>& expected) {
  REQUIRE(y.dim(-1) == static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(y.data()[row * y.dim(-1) + static_cast<std::int64_t>(i)] ==
          Approx(expected[i]).margin(1e-5).epsilon(0));
  }
}

void check_rows(const Tensor& y, const Rows& expected) {
  REQUIRE(y.dim(-2) == static_cast<std::int64_t>(expected.size()));
  for (std::size_t r = 0; r < expected.size(); ++r)
    check_row(y, static_cast<std::int64_t>(r), expected[r]);
}

std::vector<real> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

const Rows small = {{1, 2}, {3, 4}};

}  // namespace

TEST_CASE("nearest repeats elements: element floor(i in / out)", "[resample]") {
  check_rows(ops::interpolate(image(small), twice(ops::Interpolation::nearest)),
             {{1, 1, 2, 2}, {1, 1, 2, 2}, {3, 3, 4, 4}, {3, 3, 4, 4}});
  const Tensor line = Tensor::from({1, 1, 3}, {1, 2, 3});
  CHECK(values(ops::interpolate(line, {.size = {5}, .scale = {}})) ==
        std::vector<real>{1, 1, 2, 2, 3});
  for (const std::int64_t in : {3, 7, 10, 49}) {
    Tensor x = Tensor::uninitialized({1, 1, in});
    for (std::int64_t i = 0; i < in; ++i) x.mutable_data()[i] = static_cast<real>(i);
    for (const std::int64_t out : {1, 2, 5, 13, 49, 147}) {
      const Tensor y = ops::interpolate(x, {.size = {out}, .scale = {}});
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < out; ++i)
        wrong += y.data()[i] != static_cast<real>(i * in / out);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("bilinear upsampling by 2 with and without aligned corners", "[resample]") {
  const auto linear = ops::Interpolation::linear;
  check_rows(
      ops::interpolate(image(small), twice(linear)),
      {{1, 1.25, 1.75, 2}, {1.5, 1.75, 2.25, 2.5}, {2.5, 2.75, 3.25, 3.5}, {3, 3.25, 3.75, 4}});
  const double third = 1.0 / 3;
  const Tensor aligned = ops::interpolate(image(small), twice(linear, true));
  check_rows(aligned, {{1, 1 + third, 1 + 2 * third, 2},
                       {1 + 2 * third, 2, 2 + third, 2 + 2 * third},
                       {2 + third, 2 + 2 * third, 3, 3 + third},
                       {3, 3 + third, 3 + 2 * third, 4}});
  const Tensor x = image({{1, 2, 0}, {3, 4, 0}, {0, 0, 0}});
  const Tensor plain = ops::interpolate(x, twice(linear)),
               corners = ops::interpolate(x, twice(linear, true));
  check_row(plain, 0, {1, 1.25, 1.75, 1.5, 0.5, 0});
  check_row(plain, 2, {2.5, 2.75, 3.25, 2.625, 0.875, 0});
  check_row(plain, 3, {2.25, 2.4375, 2.8125, 2.25, 0.75, 0});
  check_row(corners, 0, {1, 1.4, 1.8, 1.6, 0.8, 0});
  check_row(corners, 1, {1.8, 2.2, 2.6, 2.24, 1.12, 0});
}

TEST_CASE("the public name upsample_bilinear2d means aligned corners", "[resample][api]") {
  const auto run = [](std::string_view name, const std::string& attributes) {
    const auto op = api::prepare(name, config::Reader::parse_text(attributes, "--attrs"));
    return values(std::get<Tensor>(api::run(op, api::Inputs({{"x", image(small)}}))[0]));
  };
  const auto aligned = run("nn.upsample_bilinear2d", R"({"scale_factor": 2})");
  CHECK(aligned == run("nn.interpolate",
                       R"({"scale_factor": [2, 2], "mode": "bilinear", "align_corners": true})"));
  CHECK(aligned != run("nn.interpolate", R"({"scale_factor": 2, "mode": "bilinear"})"));
  CHECK(run("nn.upsample", R"({"size": 4})") == run("nn.interpolate", R"({"size": [4, 4]})"));
  CHECK(api::operators().advice("nn.upsample") ==
        "operator 'nn.upsample' is an old name: write 'nn.interpolate'");
}

TEST_CASE("bicubic upsampling by 2 with the border clamped", "[resample]") {
  check_rows(ops::interpolate(image(small), twice(ops::Interpolation::bicubic)),
             {{0.683594, 1.015625, 1.5625, 1.894531},
              {1.347656, 1.679688, 2.226562, 2.558594},
              {2.441406, 2.773438, 3.320312, 3.652344},
              {3.105469, 3.4375, 3.984375, 4.316406}});
}

TEST_CASE("a scale that is no whole number is taken as it is", "[resample]") {
  const Tensor x = Tensor::from({1, 1, 5}, {0, 1, 2, 3, 4});
  // floor(5 * 1.5) = 7 elements that are 1 / 1.5 apart, not 5 / 7
  check_row(ops::interpolate(x, {{}, {1.5}, ops::Interpolation::linear, false}), 0,
            {0, 0.5, 7.0 / 6, 11.0 / 6, 2.5, 19.0 / 6, 23.0 / 6});
  check_row(ops::interpolate(x, {{}, {1.5}, ops::Interpolation::nearest, false}), 0,
            {0, 0, 1, 2, 2, 3, 4});
}

TEST_CASE("interpolation has the gradient that finite differences give", "[resample][gradcheck]") {
  for (const auto mode : {ops::Interpolation::nearest, ops::Interpolation::nearest_exact,
                          ops::Interpolation::linear, ops::Interpolation::bicubic}) {
    for (const bool align : {false, true}) {
      if (align && mode < ops::Interpolation::linear) continue;
      for (const auto& size : {Size{7, 2}, Size{3, 19}, Size{1, 1}}) {
        check_op({"interpolate", {{2, 1, 4, 3}}, [&](const In& x) {
                    return ops::interpolate(x[0], {size, {}, mode, align});
                  }});
      }
    }
  }
  for (const auto mode : {ops::Interpolation::nearest, ops::Interpolation::nearest_exact,
                          ops::Interpolation::linear}) {
    for (const bool align : {false, true}) {
      if (align && mode < ops::Interpolation::linear) continue;
      check_op({"interpolate along one axis", {{2, 1, 5}}, [&](const In& x) {
                  return ops::interpolate(x[0], {{8}, {}, mode, align});
                }});
      check_op({"interpolate along three axes", {{1, 2, 3, 2, 4}}, [&](const In& x) {
                  return ops::interpolate(x[0], {{4, 3, 2}, {}, mode, align});
                }});
      check_op({"interpolate by a factor", {{1, 2, 3, 5}}, [&](const In& x) {
                  return ops::interpolate(x[0], {{}, {1.7, 0.6}, mode, align});
                }});
    }
  }
}

TEST_CASE("interpolation has the same bits for any number of threads", "[resample]") {
  const auto run = [](int threads) {
    set_threads(threads);
    Tensor x = test::random({2, 3, 50, 60}, 1).set_needs_grad();
    const Tensor y = ops::interpolate(x, {{77, 91}, {}, ops::Interpolation::bicubic, false});
    autograd::backward(y, test::random(y.shape(), 2));
    set_threads(1);
    auto all = values(y);
    const Tensor dx = x.grad();
    all.insert(all.end(), dx.data(), dx.data() + dx.size());
    return all;
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("mistakes in interpolation say what is allowed", "[resample][errors]") {
  const Tensor x = image(small);
  CHECK_THROWS_WITH(ops::interpolate(x, {{2, 2}, {2}}),
                    "interpolate: give either a size or a scale factor");
  CHECK_THROWS_WITH(ops::interpolate(x, {}), "interpolate: give either a size or a scale factor");
  CHECK_THROWS_WITH(ops::interpolate(x, {{2, 2, 2}, {}}),
                    "interpolate: 3 numbers do not fit the 2 axes of [1, 1, 2, 2]");
  CHECK_THROWS_WITH(ops::interpolate(Tensor::zeros({2, 2}), {{2}, {}}),
                    "interpolate: input [2, 2] is not [n, channels, 1 to 3 axes]");
  CHECK_THROWS_WITH(
      ops::interpolate(Tensor::zeros({1, 1, 2}), {{2}, {}, ops::Interpolation::bicubic}),
      "interpolate: bicubic goes with [n, channels, height, width], not [1, 1, 2]");
  CHECK_THROWS_WITH(ops::interpolate(x, {{2, 2}, {}, ops::Interpolation::nearest, true}),
                    "interpolate: align_corners means nothing for nearest");
  CHECK_THROWS_WITH(ops::interpolate(x, {{}, {-1}}),
                    "interpolate: scale factor -1 must be in (0, 1e9)");
  CHECK_THROWS_WITH(ops::interpolate(x, {{}, {0.25}}),
                    "interpolate: a size of 0 along axis 2 is not at least 1");
  CHECK_THROWS_WITH(
      ops::interpolate(x, {{1 << 20, 1 << 20}, {}}),
      "interpolate: a result [1, 1, 1048576, 1048576] is too large: 2^31 - 1 elements "
      "are the most");
  CHECK_THROWS_WITH(ops::interpolate(Tensor::zeros({1, 1, 0, 2}), {{2, 2}, {}}),
                    "interpolate: axis 2 of [1, 1, 0, 2] has no element or too many");
  const auto op = api::prepare(
      "interpolate", config::Reader::parse_text(R"({"mode": "linear", "size": 4})", "--attrs"));
  CHECK_THROWS_WITH(api::run(op, api::Inputs({{"x", x}})),
                    "interpolate: [1, 1, 2, 2] is not what its mode is for: linear takes "
                    "[n, channels, width], bilinear and bicubic [n, channels, height, width], "
                    "trilinear one axis more");
}
