#include "ops/pool.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "autograd/autograd.h"
#include "base/parallel.h"
#include "support/check_op.h"

using namespace dlt;
using test::check_op;
using test::In;

namespace {

std::vector<real> values(const Tensor& t) { return {t.values().begin(), t.values().end()}; }

Tensor counted(Shape shape, real first = 0) {
  Tensor t = Tensor::uninitialized(std::move(shape));
  for (std::int64_t i = 0; i < t.size(); ++i) t.mutable_data()[i] = first + static_cast<real>(i);
  return t;
}

// Window by window, as the definition says.
struct Naive {
  std::vector<real> largest, mean, mean_of_inner;
  std::vector<std::int32_t> place;
};

Naive naive_pool(const Tensor& x, const ops::Pool& p, const Shape& shape) {
  Naive all;
  const auto h = x.dim(2), w = x.dim(3);
  for (std::int64_t i = 0; i < shape.size(); ++i) {
    const real* plane = x.data() + i / (shape.dim(2) * shape.dim(3)) * h * w;
    const auto y0 = i / shape.dim(3) % shape.dim(2) * p.stride[0] - p.padding[0];
    const auto x0 = i % shape.dim(3) * p.stride[1] - p.padding[1];
    double best = -INFINITY, sum = 0;
    std::int64_t place = -1, inner = 0, padded = 0;
    for (auto iy = y0; iy < std::min(y0 + p.kernel[0], h + p.padding[0]); ++iy) {
      for (auto ix = x0; ix < std::min(x0 + p.kernel[1], w + p.padding[1]); ++ix) {
        ++padded;
        if (iy < 0 || ix < 0 || iy >= h || ix >= w) continue;
        ++inner;
        const auto v = static_cast<double>(plane[iy * w + ix]);
        sum += v;
        if (v > best || std::isnan(v)) best = v, place = iy * w + ix;
      }
    }
    all.largest.push_back(static_cast<real>(best));
    all.place.push_back(static_cast<std::int32_t>(place));
    all.mean.push_back(static_cast<real>(sum / static_cast<double>(padded)));
    all.mean_of_inner.push_back(static_cast<real>(sum / static_cast<double>(inner)));
  }
  return all;
}

void check_close(const Tensor& got, const std::vector<real>& expected) {
  REQUIRE(got.size() == static_cast<std::int64_t>(expected.size()));
  double error = 0;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(got.data()[i] -
                                                         expected[static_cast<std::size_t>(i)])));
  }
  CHECK(error < 1e-5);
}

}  // namespace

TEST_CASE("pooling agrees with the definition, window by window", "[pool]") {
  const Tensor x = test::random({2, 3, 37, 75}, 1, -5, 5);
  for (const ops::Pair kernel : {ops::Pair{2, 2}, {3, 3}, {1, 4}, {5, 2}, {40, 80}}) {
    for (const ops::Pair stride : {ops::Pair{1, 1}, {2, 2}, {3, 2}, {2, 3}}) {
      for (const bool padded : {false, true}) {
        for (const bool ceil : {false, true}) {
          ops::Pool p{kernel, stride, {0, 0}, ceil};
          if (padded) p.padding = {kernel[0] / 2, kernel[1] / 2};
          if (!padded && kernel[0] == 40) continue;
          const ops::Pooled pooled = ops::max_pool2d(x, p);
          const Naive expected = naive_pool(x, p, pooled.y.shape());
          CHECK(values(pooled.y) == expected.largest);
          CHECK(pooled.indices.values() == expected.place);
          check_close(ops::avg_pool2d(x, p), expected.mean);
          check_close(ops::avg_pool2d(x, p, ops::CountPadding::no), expected.mean_of_inner);
        }
      }
    }
  }
}

TEST_CASE("maxima of 1 to 16 are put back where they were", "[pool]") {
  const Tensor x = counted({1, 1, 4, 4}, 1);
  const ops::Pooled pooled = ops::max_pool2d(x, {});
  CHECK(values(pooled.y) == std::vector<real>{6, 8, 14, 16});
  CHECK(pooled.indices.values() == std::vector<std::int32_t>{5, 7, 13, 15});
  CHECK(values(ops::max_unpool2d(pooled.y, pooled.indices, {})) ==
        std::vector<real>{0, 0, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 14, 0, 16});
  CHECK(ops::max_unpool2d(pooled.y, pooled.indices, {}, ops::Pair{5, 4}).shape() ==
        Shape{1, 1, 5, 4});
}

TEST_CASE("a NaN is the largest of its window, and an infinite window has its first place",
          "[pool]") {
  Tensor x = Tensor::filled({1, 1, 2, 40}, -INFINITY);
  x.mutable_data()[3] = NAN;
  x.mutable_data()[43] = 5;
  const ops::Pooled pooled = ops::max_pool2d(x, {});
  CHECK(std::isnan(pooled.y.data()[1]));
  CHECK(pooled.indices.values()[1] == 3);
  CHECK(pooled.indices.values()[0] == 0);
  CHECK(pooled.indices.values()[19] == 38);
}

TEST_CASE("windows that begin beyond the end of an image are left out", "[pool]") {
  const auto side = [](std::int64_t in, ops::Pool p) {
    p.ceil = true;
    return ops::max_pool2d(Tensor::zeros({1, 1, in, in}), p).y.dim(3);
  };
  CHECK(side(5, {{2, 2}, {2, 2}, {0, 0}}) == 3);
  CHECK(side(1, {{2, 2}, {2, 2}, {0, 0}}) == 1);
  CHECK(side(3, {{2, 2}, {2, 2}, {1, 1}}) == 2);  // the third would hold nothing but padding
}

TEST_CASE("adaptive means take parts as equal as can be", "[pool]") {
  const Tensor x = counted({1, 1, 1, 7});
  CHECK(values(ops::adaptive_avg_pool2d(x, {1, 3})) == std::vector<real>{1, 3, 5});
  CHECK(values(ops::adaptive_avg_pool2d(x, {1, 1})) == std::vector<real>{3});
  CHECK(values(ops::adaptive_avg_pool2d(x, {2, 7})).size() == 14);
}

TEST_CASE("pooling has the gradient that finite differences give", "[pool][gradcheck]") {
  const ops::Pool p{{3, 2}, {2, 1}, {1, 1}, true};
  check_op({"max_pool2d",
            {{2, 2, 4, 3}},
            [&](const In& x) { return ops::max_pool2d(x[0], p).y; },
            -50,
            50});
  for (const auto count : {ops::CountPadding::no, ops::CountPadding::yes}) {
    check_op({"avg_pool2d", {{2, 2, 4, 3}}, [=](const In& x) {
                return ops::avg_pool2d(x[0], p, count);
              }});
  }
  for (const ops::Pool& q : {ops::Pool{{3, 3}, {1, 1}, {1, 1}}, {{2, 40}, {2, 3}, {0, 20}}}) {
    check_op(
        {"avg_pool2d", {{1, 2, 3, 21}}, [&](const In& x) { return ops::avg_pool2d(x[0], q); }});
  }
  check_op({"adaptive_avg_pool2d", {{2, 2, 4, 5}}, [](const In& x) {
              return ops::adaptive_avg_pool2d(x[0], {3, 2});
            }});
  check_op(
      {"max_unpool2d", {{1, 2, 1, 2}}, [](const In& x) {
         return ops::max_unpool2d(x[0], Indices({1, 2, 1, 2}, {1, 4, 3, 0}), {}, ops::Pair{2, 3});
       }});
  check_op(
      {"pixel_shuffle", {{1, 8, 2, 3}}, [](const In& x) { return ops::pixel_shuffle(x[0], 2); }});
  check_op({"pixel_unshuffle", {{1, 2, 2, 4}}, [](const In& x) {
              return ops::pixel_unshuffle(x[0], 2);
            }});
  check_op({"channel_shuffle", {{2, 6, 2, 1}}, [](const In& x) {
              return ops::channel_shuffle(x[0], 2);
            }});
}

TEST_CASE("pixel_shuffle turns channels into pixels and pixel_unshuffle turns them back",
          "[pool]") {
  CHECK(ops::pixel_shuffle(Tensor::zeros({1, 9, 4, 4}), 3).shape() == Shape{1, 1, 12, 12});
  const Tensor x = counted({1, 4, 2, 2}), y = ops::pixel_shuffle(x, 2);
  CHECK(values(y) == std::vector<real>{0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15});
  CHECK(values(ops::pixel_unshuffle(y, 2)) == values(x));
}

TEST_CASE("channel_shuffle takes the groups in turn; so many groups and then the others undo it",
          "[pool]") {
  const Tensor x = counted({1, 6, 1, 1});
  CHECK(values(ops::channel_shuffle(x, 2)) == std::vector<real>{0, 3, 1, 4, 2, 5});
  const Tensor images = counted({2, 12, 3, 5});
  for (const std::int64_t groups : {1, 2, 3, 4, 6, 12}) {
    const Tensor y = ops::channel_shuffle(images, groups);
    CHECK(values(ops::channel_shuffle(y, 12 / groups)) == values(images));
  }
}

TEST_CASE("pooling without images gives none", "[pool]") {
  const Tensor x = Tensor::zeros({0, 3, 4, 4});
  CHECK(ops::max_pool2d(x, {}).y.shape() == Shape{0, 3, 2, 2});
  CHECK(ops::avg_pool2d(x, {}).shape() == Shape{0, 3, 2, 2});
  CHECK(ops::adaptive_avg_pool2d(x, {1, 1}).shape() == Shape{0, 3, 1, 1});
}

TEST_CASE("mistakes in pooling name the operator and the sizes", "[pool][errors]") {
  const Tensor x = Tensor::zeros({1, 4, 2, 3});
  CHECK_THROWS_WITH(ops::max_pool2d(Tensor::zeros({4, 2, 3}), {}),
                    "max_pool2d: input [4, 2, 3] is not [n, channels, height, width]");
  CHECK_THROWS_WITH(
      ops::max_pool2d(x, {{3, 3}, {1, 1}, {0, 0}}),
      "max_pool2d: a kernel of 3 x 3 is larger than images of 2 x 3 with padding 0 x 0");
  CHECK_THROWS_WITH(ops::avg_pool2d(x, {{2, 2}, {1, 1}, {0, 2}}),
                    "avg_pool2d: padding 0 x 2 must be in [0, half of the kernel 2 x 2]");
  CHECK_THROWS_WITH(ops::avg_pool2d(x, {{2, 2}, {0, 1}, {0, 0}}),
                    "avg_pool2d: kernel 2 x 2 and stride 0 x 1 must be in [1, 2^31)");
  CHECK_THROWS_WITH(ops::avg_pool2d(Tensor::zeros({1, 1, 0, 3}), {}),
                    "avg_pool2d: images of 0 x 3 have no element or too many");
  CHECK_THROWS_WITH(ops::adaptive_avg_pool2d(x, {0, 1}),
                    "adaptive_avg_pool2d: size 0 x 1 must be at least 1 x 1");
  CHECK_THROWS_WITH(ops::max_unpool2d(x, Indices({1}, {0}), {}),
                    "max_unpool2d: indices [1] do not fit input [1, 4, 2, 3]");
  CHECK_THROWS_WITH(ops::max_unpool2d(Tensor::zeros({1, 1, 1, 1}), Indices({1, 1, 1, 1}, {4}), {}),
                    "max_unpool2d: index 4 is outside a plane of 2 x 2");
  CHECK_THROWS_WITH(ops::pixel_shuffle(x, 3),
                    "pixel_shuffle: 4 channels are no multiple of 3 squared");
  CHECK_THROWS_WITH(ops::pixel_unshuffle(x, 2), "pixel_unshuffle: 2 x 3 are no multiples of 2");
  CHECK_THROWS_WITH(ops::pixel_shuffle(Tensor::zeros({4}), 2),
                    "pixel_shuffle: input [4] is not [n, channels, height, width]");
  CHECK_THROWS_WITH(ops::channel_shuffle(x, 3),
                    "channel_shuffle: 4 channels do not fall into 3 groups");
  CHECK_THROWS_WITH(ops::channel_shuffle(Tensor::zeros({4}), 2),
                    "channel_shuffle: input [4] is not [n, channels, ...]");
}
