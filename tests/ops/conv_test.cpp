#include "ops/conv.h"

#include <catch2/catch.hpp>
#include <limits>

#include "autograd/autograd.h"
#include "base/error.h"
#include "support/check_op.h"
#include "support/failure.h"

using namespace dlt;
using ops::Conv;
using ops::ConvTranspose;
using test::check_op;
using test::In;

namespace {

void check_values(const Tensor& y, const Shape& shape, const std::vector<double>& expected) {
  REQUIRE(y.shape() == shape);
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(static_cast<double>(y.data()[i]) == Approx(expected[i]));
}

void check_same(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  for (std::int64_t i = 0; i < a.size(); ++i)
    CHECK(a.data()[i] == Approx(b.data()[i]).margin(1e-5));
}

}  // namespace

TEST_CASE("gradients of convolutions agree with finite differences", "[ops][gradcheck][conv]") {
  const auto conv = [](Conv c) {
    return [c](const In& x) { return ops::conv2d(x[0], x[1], x.size() > 2 ? x[2] : Tensor(), c); };
  };
  check_op({"conv2d", {{2, 3, 4, 5}, {2, 3, 3, 3}, {2}}, conv({.padding = {1, 1}})});
  check_op({"conv2d without bias", {{1, 2, 4, 4}, {3, 2, 2, 3}}, conv({})});
  check_op({"conv2d 1x1", {{2, 3, 2, 4}, {4, 3, 1, 1}, {4}}, conv({})});
  check_op({"conv2d with stride and dilation",
            {{1, 2, 7, 6}, {2, 2, 3, 2}, {2}},
            conv({.stride = {2, 3}, .padding = {2, 1}, .dilation = {2, 1}})});
  check_op({"conv2d in groups",
            {{2, 4, 3, 3}, {6, 2, 2, 2}, {6}},
            conv({.padding = {1, 0}, .groups = 2})});
  check_op({"conv2d depthwise",
            {{1, 3, 5, 5}, {3, 1, 3, 3}, {3}},
            conv({.padding = {1, 1}, .groups = 3})});
  check_op({"conv2d depthwise with stride and two results a channel",
            {{1, 2, 5, 6}, {4, 1, 3, 3}, {4}},
            conv({.stride = {2, 2}, .padding = {1, 1}, .groups = 2})});
  check_op({"conv2d depthwise 5x5 with dilation",
            {{2, 2, 9, 9}, {2, 1, 5, 5}},
            conv({.padding = {4, 3}, .dilation = {2, 2}, .groups = 2})});
  check_op({"conv2d depthwise 5x5 with stride",
            {{1, 2, 9, 20}, {2, 1, 5, 5}, {2}},
            conv({.stride = {2, 2}, .padding = {2, 2}, .groups = 2})});
  check_op({"conv2d 1x1 in groups with stride and padding",
            {{2, 4, 5, 4}, {2, 2, 1, 1}, {2}},
            conv({.stride = {2, 3}, .padding = {1, 1}, .groups = 2})});
  check_op({"conv2d 7x7 with stride in groups",
            {{1, 4, 9, 8}, {4, 2, 7, 7}, {4}},
            conv({.stride = {2, 2}, .padding = {3, 3}, .groups = 2})});
  check_op({"conv2d whose padding hides taps",
            {{1, 2, 2, 3}, {2, 2, 5, 1}},
            conv({.stride = {3, 1}, .padding = {4, 2}})});
  check_op({"conv1d", {{2, 4, 6}, {4, 2, 3}, {4}}, [](const In& x) {
              return ops::conv1d(x[0], x[1], x[2], {.stride = 2, .padding = 2, .groups = 2});
            }});
  check_op({"conv1d depthwise with dilation", {{1, 3, 20}, {3, 1, 4}}, [](const In& x) {
              return ops::conv1d(x[0], x[1], {}, {.padding = 6, .dilation = 2, .groups = 3});
            }});
  check_op({"conv_transpose2d", {{2, 2, 3, 2}, {2, 3, 3, 2}, {3}}, [](const In& x) {
              return ops::conv_transpose2d(
                  x[0], x[1], x[2],
                  {.stride = {2, 3}, .padding = {1, 0}, .output_padding = {1, 2}});
            }});
  check_op({"conv_transpose2d in groups", {{1, 4, 2, 3}, {4, 1, 2, 2}}, [](const In& x) {
              return ops::conv_transpose2d(x[0], x[1], {}, {.dilation = {1, 2}, .groups = 2});
            }});
  check_op({"conv_transpose2d depthwise with everything",
            {{2, 3, 3, 4}, {3, 1, 3, 3}, {3}},
            [](const In& x) {
              return ops::conv_transpose2d(x[0], x[1], x[2],
                                           {.stride = {2, 3},
                                            .padding = {1, 2},
                                            .output_padding = {1, 1},
                                            .dilation = {2, 1},
                                            .groups = 3});
            }});
  check_op({"conv_transpose2d 1x1", {{2, 3, 2, 4}, {3, 2, 1, 1}, {2}}, [](const In& x) {
              return ops::conv_transpose2d(x[0], x[1], x[2]);
            }});
  check_op({"conv2d of x with itself", {{2, 2, 3, 3}}, [](const In& x) {
              return ops::conv2d(x[0], x[0], {}, {.padding = {1, 1}});
            }});
  check_op({"conv_transpose2d of x with itself", {{2, 2, 3, 3}}, [](const In& x) {
              return ops::conv_transpose2d(x[0], x[0]);
            }});
}

TEST_CASE("a kernel of ones over ones counts the valid taps at borders", "[ops][conv]") {
  const Tensor x = Tensor::filled({1, 1, 3, 4}, 1), w = Tensor::filled({1, 1, 3, 3}, 1);
  check_values(ops::conv2d(x, w, {}, {.padding = {1, 1}}), {1, 1, 3, 4},
               {4, 6, 6, 4, 6, 9, 9, 6, 4, 6, 6, 4});
}

TEST_CASE("a convolution is a cross-correlation with a bias per channel", "[ops][conv]") {
  const Tensor x = Tensor::from({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor w = Tensor::from({2, 1, 1, 2}, {1, 10, 0, 1});
  check_values(ops::conv2d(x, w, Tensor::from({2}, {0, 100})), {1, 2, 2, 2},
               {21, 32, 54, 65, 102, 103, 105, 106});
  check_values(ops::conv1d(Tensor::from({1, 1, 3}, {1, 2, 3}), Tensor::from({1, 1, 2}, {1, 10}), {},
                           {.padding = 1}),
               {1, 1, 4}, {10, 21, 32, 3});
}

TEST_CASE("groups of a convolution are convolutions of their own", "[ops][conv]") {
  const Tensor x = test::random({2, 6, 9, 8}, 1), w = test::random({6, 2, 3, 3}, 2);
  const auto groups = GENERATE(1, 3, 6);
  const std::int64_t in = 6 / groups;
  const Tensor weight = test::random({6, in, 3, 3}, 2);
  // The same as one group whose weights between groups are 0.
  Tensor full = Tensor::zeros({6, 6, 3, 3});
  for (std::int64_t o = 0; o < 6; ++o)
    for (std::int64_t c = 0; c < in; ++c)
      for (std::int64_t k = 0; k < 9; ++k)
        full.mutable_data()[(o * 6 + o / in * in + c) * 9 + k] =
            weight.data()[(o * in + c) * 9 + k];
  check_same(ops::conv2d(x, weight, {}, {.padding = {1, 1}, .groups = groups}),
             ops::conv2d(x, full, {}, {.padding = {1, 1}}));
}

TEST_CASE("a transposed convolution with the kernel 1 2 3 4", "[ops][conv]") {
  const Tensor x = Tensor::from({1, 1, 2, 2}, {1, 2, 3, 4}), w = x;
  check_values(ops::conv_transpose2d(x, w), {1, 1, 3, 3}, {1, 4, 4, 6, 20, 16, 9, 24, 16});
  check_values(ops::conv_transpose2d(x, w, {}, {.stride = {2, 2}}), {1, 1, 4, 4},
               {1, 2, 2, 4, 3, 4, 6, 8, 3, 6, 4, 8, 9, 12, 12, 16});
  check_values(
      ops::conv_transpose2d(x, Tensor::filled({1, 1, 3, 3}, 1), {},
                            {.stride = {2, 2}, .padding = {1, 1}, .output_padding = {1, 1}}),
      {1, 1, 4, 4}, {1, 3, 2, 2, 4, 10, 6, 6, 3, 7, 4, 4, 3, 7, 4, 4});
}

TEST_CASE("the forward pass of the transpose is the backward pass of the convolution",
          "[ops][conv]") {
  const Tensor x = test::random({2, 4, 7, 9}, 1).set_needs_grad();
  const Tensor w = test::random({6, 2, 3, 3}, 2);
  const Conv c{.stride = {2, 2}, .padding = {1, 1}, .groups = 2};
  const Tensor y = ops::conv2d(x, w, {}, c), dy = test::random(y.shape(), 3);
  autograd::backward(y, dy);
  check_same(
      ops::conv_transpose2d(dy, w, {}, {.stride = c.stride, .padding = c.padding, .groups = 2}),
      x.grad());
}

TEST_CASE("a convolution of no images has none", "[ops][conv]") {
  const Tensor w = test::random({3, 2, 3, 3}, 1).set_needs_grad(), b = test::random({3}, 1);
  const Tensor y = ops::conv2d(Tensor::zeros({0, 2, 5, 5}), w, b);
  CHECK(y.shape() == Shape{0, 3, 3, 3});
  autograd::backward(y, Tensor::zeros(y.shape()));
  for (const real g : w.grad().values()) CHECK(g == 0);
  CHECK(ops::conv_transpose2d(Tensor::zeros({0, 3, 5, 5}), w).shape() == Shape{0, 2, 7, 7});
}

TEST_CASE("mistakes in convolutions name the op and what is allowed", "[ops][conv][errors]") {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const Tensor x = Tensor::zeros({2, 4, 8, 7}), w = Tensor::zeros({6, 4, 3, 3});
  const auto conv = [&](const Tensor& weight, Conv c = {}) {
    return test::failure([&] { ops::conv2d(x, weight, {}, c); }, Exit::failed);
  };
  CHECK(conv(Tensor::zeros({6, 4, 3})) ==
        "conv2d: input [2, 4, 8, 7] is not [batch, in, height, width] or weight [6, 4, 3] not "
        "[out, in / groups, height, width]");
  CHECK(conv(Tensor::zeros({6, 3, 3, 3})) ==
        "conv2d: weight [6, 3, 3, 3] does not fit input [2, 4, 8, 7] in 1 groups");
  for (const std::int64_t groups : {3, 4})
    CHECK(conv(w, {.groups = groups}) ==
          fmt::format("conv2d: weight [6, 4, 3, 3] does not fit input [2, 4, 8, 7] in {} groups",
                      groups));
  CHECK(conv(w, {.groups = 0}) == "conv2d: groups 0 is not positive");
  CHECK(conv(w, {.stride = {0, 1}}) == "conv2d: stride 0 of height is not in [1, 2147483648)");
  CHECK(conv(w, {.padding = {0, -1}}) == "conv2d: padding -1 of width is not in [0, 2147483648)");
  CHECK(conv(w, {.dilation = {1, huge}}) ==
        "conv2d: dilation 9223372036854775807 of width is not in [1, 2147483648)");
  CHECK(conv(w, {.dilation = {4, 1}}) ==
        "conv2d: kernel of height 3 with dilation 4 reaches over 9, more than input 8 with padding "
        "0");
  CHECK(conv(w, {.padding = {1 << 20, 1 << 20}}) ==
        "conv2d: a result [2, 6, 2097158, 2097157] is too large: 2^31 - 1 elements are the most");
  CHECK(conv(Tensor::zeros({6, 4, 0, 3})) ==
        "conv2d: height 0 of the kernel is not in [1, 2147483648)");
  CHECK(test::failure([&] { ops::conv2d(x, w, Tensor::zeros({5})); }, Exit::failed) ==
        "conv2d: bias [5] does not fit weight [6, 4, 3, 3]");
  CHECK(test::failure(
            [&] {
              ops::conv2d(Tensor::zeros({2, 0, 8, 8}), w);
            },
            Exit::failed) ==
        "conv2d: weight [6, 4, 3, 3] does not fit input [2, 0, 8, 8] in 1 groups");
  CHECK(test::failure([&] { ops::conv1d(x, w); }, Exit::failed) ==
        "conv1d: input [2, 4, 8, 7] is not [batch, in, time] or weight [6, 4, 3, 3] not [out, in / "
        "groups, time]");
}

TEST_CASE("mistakes in transposed convolutions name the op and what is allowed",
          "[ops][conv][errors]") {
  const Tensor x = Tensor::zeros({2, 4, 3, 3}), w = Tensor::zeros({4, 6, 3, 3});
  const auto conv = [&](const Tensor& weight, ConvTranspose c = {}) {
    return test::failure([&] { ops::conv_transpose2d(x, weight, {}, c); }, Exit::failed);
  };
  CHECK(conv(Tensor::zeros({5, 6, 3, 3})) ==
        "conv_transpose2d: weight [5, 6, 3, 3] does not fit input [2, 4, 3, 3] in 1 groups");
  CHECK(conv(Tensor::zeros({6, 3})) ==
        "conv_transpose2d: input [2, 4, 3, 3] is not [batch, in, height, width] or weight [6, 3] "
        "not [in, out / groups, height, width]");
  CHECK(conv(w, {.stride = {2, 2}, .output_padding = {0, 2}}) ==
        "conv_transpose2d: output_padding 2 of width must be smaller than stride 2 or dilation 1");
  CHECK(conv(w, {.padding = {3, 0}}) ==
        "conv_transpose2d: padding 3 leaves nothing of the height 5 of the result");
  CHECK(conv(w, {.stride = {1 << 30, 1}}) ==
        "conv_transpose2d: height 2147483651 of the result is not in [1, 2147483648)");
  CHECK(conv(w, {.groups = 5}) == "conv_transpose2d: groups 5 is not in [1, 4]");
}
