#include <algorithm>
#include <array>

#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct Width {
  double width;
  std::array<std::int64_t, 4> channels;  // of stages 2 to 4 and of the last convolution
};
constexpr Width widths[] = {{0.5, {48, 96, 192, 1024}},
                            {1, {116, 232, 464, 1024}},
                            {1.5, {176, 352, 704, 1024}},
                            {2, {244, 488, 976, 2048}}};

struct ShuffleNetV2 {
  std::array<std::int64_t, 4> channels{};
  double dropout = 0;
  bool small_input = false;
};

// Half of the channels go through; where the size is halved, all of them go both ways.
Value unit(Graph& g, Value from, const std::string& at, std::int64_t out, std::int64_t stride) {
  const std::int64_t half = out / 2, in = g.channels(from);
  const std::string one = at + "branch1.", two = at + "branch2.";
  Value left, right = from;
  if (stride == 1) {
    left = g.add("", Channels{0, half}, {from});
    right = g.add("", Channels{half, out}, {from});
  } else {
    Chain x(g, from);
    x.conv(one + "0", depthwise(in, 3, stride), one + "1");
    left = x.conv(one + "2", conv(half, 1), one + "3").relu().end();
  }
  Chain x(g, right);
  x.conv(two + "0", conv(half, 1), two + "1").relu();
  x.conv(two + "3", depthwise(half, 3, stride), two + "4");
  x.conv(two + "5", conv(half, 1), two + "6").relu();
  return g.add("", ChannelShuffle{2}, {g.add("", Concat{}, {left, x.end()})});
}

Graph shufflenet_v2(const ShuffleNetV2& m, const Shape& input, std::int64_t classes) {
  Graph g(input);
  Chain stem(g, g.input());
  stem.conv("conv1.0", conv(24, 3, m.small_input ? 1 : 2), "conv1.1").relu();
  if (!m.small_input) stem.add(MaxPool{pool(3, 2, 1)});
  Value x = stem.end();
  constexpr int units[] = {4, 8, 4};
  for (std::size_t stage = 0; stage < 3; ++stage) {
    for (int i = 0; i < units[stage]; ++i) {
      x = unit(g, x, fmt::format("stage{}.{}.", stage + 2, i), m.channels[stage], i == 0 ? 2 : 1);
    }
  }
  Chain last(g, x);
  last.conv("conv5.0", conv(m.channels[3], 1), "conv5.1").relu();
  g.set_output(classify(g, last.end(), "fc", {classes}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_shufflenet_v2(config::Reader& model) {
  double width = 1;
  ShuffleNetV2 m;
  model.field("width", width, 0.5, 2);
  const auto* known = std::ranges::find(widths, width, &Width::width);
  if (known == std::end(widths)) {
    model.fail("width", fmt::format("expected 0.5, 1, 1.5 or 2, got {}", width));
  }
  m.channels = known->channels;
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return shufflenet_v2(m, input, classes); };
}

}  // namespace dlt::models::vision
