#include <cmath>

#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct ShuffleNetV1 {
  double width = 1, dropout = 0;
  std::int64_t groups = 3;
  bool small_input = false;
};

// Of the second stage at width 1 (table 1 of the paper), scaled; a quarter of them must be
// divisible by the groups.
std::int64_t stage_channels(const ShuffleNetV1& m) {
  const std::int64_t whole = m.groups == 1   ? 144
                             : m.groups == 2 ? 200
                             : m.groups == 3 ? 240
                             : m.groups == 4 ? 272
                                             : 384;
  const std::int64_t step = 4 * m.groups;
  return step * std::llround(static_cast<double>(whole) * m.width / static_cast<double>(step));
}

std::int64_t stem_channels(const ShuffleNetV1& m) {
  if (m.width >= 2) return 48;
  if (m.width >= 1) return 24;
  return m.groups == 8 ? 16 : 12;
}

struct Unit {
  std::int64_t out, stride, groups, first_groups;
};

Value unit(Graph& g, Value from, const std::string& at, const Unit& u) {
  const bool down = u.stride == 2;
  const std::int64_t middle = u.out / 4, in = g.channels(from);
  const std::string one = at + "branch_main_1.", two = at + "branch_main_2.";
  Chain x(g, from);
  x.conv(one + "0", conv(middle, 1, 1, u.first_groups), one + "1").relu();
  x.conv(one + "3", depthwise(middle, 3, u.stride), one + "4");
  if (u.groups > 1) x.add(ChannelShuffle{u.groups});
  x.conv(two + "0", conv(down ? u.out - in : u.out, 1, 1, u.groups), two + "1");
  if (!down) return Chain(g, g.add("", Add{}, {from, x.end()})).relu().end();
  const Value shortcut = g.add("", AvgPool{pool(3, 2, 1)}, {from});
  return g.add("", Concat{}, {shortcut, x.relu().end()});
}

Graph shufflenet_v1(const ShuffleNetV1& m, const Shape& input, std::int64_t classes) {
  Graph g(input);
  Chain stem(g, g.input());
  stem.conv("first_conv.0", conv(stem_channels(m), 3, m.small_input ? 1 : 2), "first_conv.1");
  stem.relu();
  if (!m.small_input) stem.add(MaxPool{pool(3, 2, 1)});
  Value x = stem.end();
  std::int64_t out = stage_channels(m);
  int number = 0;
  for (const int units : {4, 8, 4}) {
    for (int i = 0; i < units; ++i, ++number) {
      x = unit(g, x, fmt::format("features.{}.", number),
               {out, i == 0 ? 2 : 1, m.groups, number == 0 ? 1 : m.groups});
    }
    out *= 2;
  }
  g.set_output(classify(g, x, "classifier.0", {classes, false}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_shufflenet_v1(config::Reader& model) {
  ShuffleNetV1 m;
  model.field("groups", m.groups, 1, 8);
  const bool published = m.groups <= 4 || m.groups == 8;
  if (!published) model.fail("groups", "there are ShuffleNets of 1, 2, 3, 4 and 8 groups");
  model.field("width", m.width, 0.5, 4);
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return shufflenet_v1(m, input, classes); };
}

}  // namespace dlt::models::vision
