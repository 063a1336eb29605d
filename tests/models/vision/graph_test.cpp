#include "models/vision/graph.h"

#include <catch2/catch.hpp>

#include "support/failure.h"

namespace dlt::models::vision {
namespace {

Shape after(const Shape& input, const Layer& layer) {
  Graph g(input);
  return g.shape(g.add("x", layer, {g.input()}));
}

std::string refusal(const Shape& input, const Layer& layer) {
  return test::failure([&] { after(input, layer); }, Exit::usage);
}

TEST_CASE("each layer's output has the shape that the op gives", "[vision]") {
  CHECK(after({3, 28, 32}, Conv{8, {3, 5}, {.stride = {2, 1}, .padding = {1, 0}}}) ==
        Shape{8, 14, 28});
  CHECK(after({4, 7, 7}, ConvTranspose{6, {3, 3}, {{2, 2}, {1, 1}, {1, 1}}}) == Shape{6, 14, 14});
  CHECK(after({4, 6, 6}, MaxPool{{{3, 3}, {2, 2}}}) == Shape{4, 2, 2});
  CHECK(after({4, 6, 6}, MaxPool{{{3, 3}, {2, 2}, {0, 0}, true}}) == Shape{4, 3, 3});
  // Torch's rule: a last window that would begin in the padding is none.
  CHECK(after({4, 5, 5}, AvgPool{{{2, 2}, {2, 2}, {1, 1}, true}}) == Shape{4, 3, 3});
  CHECK(after({4, 6, 6}, GlobalAverage{}) == Shape{4});
  CHECK(after({4, 6, 5}, Resize{ops::Interpolation::nearest, {2, 3}}) == Shape{4, 12, 15});
  CHECK(after({18, 4, 5}, PixelShuffle{3}) == Shape{2, 12, 15});
  CHECK(after({6, 4, 5}, ChannelShuffle{3}) == Shape{6, 4, 5});
  CHECK(after({6, 4, 5}, Channels{2, 6}) == Shape{4, 4, 5});
  CHECK(after({6, 4, 5}, Linear{7}) == Shape{7});
  Graph g({2, 8, 8});
  const Value pool = g.add("", MaxPool{}, {g.input()});
  CHECK(g.shape(g.add("", Unpool{pool.step}, {pool})) == Shape{2, 8, 8});
  CHECK(g.shape(g.add("", Concat{}, {pool, pool, pool})) == Shape{6, 4, 4});
  CHECK(g.shape(g.add("", Add{}, {pool, pool})) == Shape{2, 4, 4});
  CHECK(g.channels(pool) == 2);
}

TEST_CASE("what does not fit is said with the step and its inputs", "[vision]") {
  CHECK(refusal({3, 4, 4}, Conv{8, {5, 5}}) ==
        "layer 'x' (conv) cannot take [3, 4, 4]: its window of 5 does not fit into 4: give larger "
        "pictures");
  CHECK(refusal({3, 4, 4}, Conv{8, {1, 1}, {.groups = 2}}) ==
        "layer 'x' (conv) cannot take [3, 4, 4]: 3 channels and 8 cannot be divided into 2 groups");
  CHECK(refusal({3, 4, 4}, Channels{2, 4}) ==
        "layer 'x' (channels) cannot take [3, 4, 4]: it has no channels 2 to 3");
  CHECK(refusal({3, 4, 4}, PixelShuffle{2}) ==
        "layer 'x' (pixel_shuffle) cannot take [3, 4, 4]: the channels cannot be divided by 2 "
        "squared");
  CHECK(refusal({3, 4, 4}, Unpool{0}) ==
        "layer 'x' (unpool) cannot take [3, 4, 4]: step 0 is no max_pool to undo");
  CHECK(refusal({3, 4, 4}, Dropout{1}) ==
        "layer 'x' (dropout) cannot take [3, 4, 4]: a rate of 1 is not in [0, 1)");
  CHECK(test::failure([] { Graph g({3}); }, Exit::usage) ==
        "a network of pictures takes [channels, height, width], not [3]");
  Graph g({3, 4, 4});
  const Value flat = g.add("", GlobalAverage{}, {g.input()});
  CHECK(test::failure([&] { g.add("", Conv{1}, {flat}); }, Exit::usage) ==
        "layer 2 (conv) cannot take [3]: it takes [channels, height, width]");
  CHECK(test::failure(
            [&] {
              g.add("", Add{}, {flat, g.input()});
            },
            Exit::usage) ==
        "layer 2 (add) cannot take [3] and [3, 4, 4]: it adds two of the same shape");
  CHECK(test::failure(
            [&] {
              g.add("", Concat{}, {flat, g.input()});
            },
            Exit::usage) ==
        "layer 2 (concat) cannot take [3] and [3, 4, 4]: their heights and widths differ");
  CHECK(test::failure([&] { g.add("", Dropout{}, {{9}}); }, Exit::usage) ==
        "layer 2 (dropout) cannot take nothing: its input is no step before it");
}

// seeds.md 9.4: a 5x5 convolution of 192 channels to 32, and by way of 16.
TEST_CASE("multiply-adds are those of the articles", "[vision]") {
  Graph direct({192, 28, 28}), reduced({192, 28, 28});
  direct.add("a", Conv{32, {5, 5}, {.padding = {2, 2}}}, {direct.input()});
  CHECK(costs(direct)[1].macs == 120422400);
  const Value small = reduced.add("a", Conv{16}, {reduced.input()});
  reduced.add("b", Conv{32, {5, 5}, {.padding = {2, 2}}}, {small});
  const auto two = costs(reduced);
  CHECK(two[1].macs + two[2].macs == 12443648);
  // Depthwise-separable, to 256 channels: 1/256 + 1/9 of the whole.
  Graph g({256, 14, 14});
  const ops::Conv same = {.padding = {1, 1}};
  g.add("whole", Conv{256, {3, 3}, same}, {g.input()});
  const Value depth =
      g.add("depth", Conv{256, {3, 3}, {.padding = {1, 1}, .groups = 256}}, {g.input()});
  g.add("point", Conv{256}, {depth});
  const auto c = costs(g);
  CHECK(static_cast<double>(c[2].macs + c[3].macs) / static_cast<double>(c[1].macs) ==
        Approx(0.11502).margin(5e-6));
}

TEST_CASE("parameters and receptive fields add up along a network", "[vision]") {
  Graph g({3, 32, 32});
  Value x =
      g.add("conv", Conv{8, {3, 3}, {.stride = {2, 2}, .padding = {1, 1}}, true}, {g.input()});
  x = g.add("norm", BatchNorm{}, {x});
  const Value pool = x = g.add("", MaxPool{{{3, 3}, {2, 2}, {1, 1}}}, {x});
  x = g.add("wide", Conv{8, {1, 7}, {.padding = {0, 3}}}, {x});
  x = g.add("", Add{}, {x, pool});
  x = g.add("up", ConvTranspose{4, {4, 4}, {{2, 2}, {1, 1}}}, {x});
  x = g.add("last", Conv{2, {3, 3}}, {x});
  x = g.add("fc", Linear{5}, {x});
  const auto c = costs(g);
  REQUIRE(c.size() == 9);
  CHECK(c[1].parameters == 3 * 8 * 9 + 8);
  CHECK(c[2].parameters == 16);
  CHECK(c[6].parameters == 8 * 4 * 16 + 4);
  CHECK(c[6].macs == 8 * 64 * 4 * 16);
  CHECK(c[8].parameters == 5 * (2 * 14 * 14 + 1));
  CHECK(c[1].receptive_field == ops::Pair{3, 3});
  CHECK(c[3].receptive_field == ops::Pair{7, 7});
  CHECK(c[4].receptive_field == ops::Pair{7, 31});
  CHECK(c[5].receptive_field == ops::Pair{7, 31});
  CHECK(c[6].receptive_field == ops::Pair{11, 35});  // two inputs under each output
  CHECK(c[7].receptive_field == ops::Pair{15, 39});  // which are 2 pixels apart
  CHECK(c[8].receptive_field == ops::Pair{15 + 13 * 2, 39 + 13 * 2});
}

}  // namespace
}  // namespace dlt::models::vision
