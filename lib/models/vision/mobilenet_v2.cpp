#include <algorithm>

#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct MobileNetV2 {
  double width = 1, dropout = 0.2;
  bool small_input = false;
};

struct Inverted {
  std::int64_t expand, out, stride;
};

// To `expand` times as many channels, depthwise, and to few again, without an activation there.
Value inverted_residual(Graph& g, Value from, const std::string& at, const Inverted& b) {
  Chain x(g, from);
  const std::int64_t in = x.channels(), hidden = in * b.expand;
  int part = 0;
  if (b.expand != 1) x.conv(at + "0.0", conv(hidden, 1), at + "0.1").relu6(), ++part;
  const std::string deep = fmt::format("{}{}.", at, part);
  x.conv(deep + "0", depthwise(hidden, 3, b.stride), deep + "1").relu6();
  x.conv(fmt::format("{}{}", at, part + 1), conv(b.out, 1), fmt::format("{}{}", at, part + 2));
  return b.stride == 1 && in == b.out ? g.add("", Add{}, {from, x.end()}) : x.end();
}

Graph mobilenet_v2(const MobileNetV2& m, const Shape& input, std::int64_t classes) {
  struct Stage {
    std::int64_t expand, out, blocks, stride;
  };
  constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                              {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Graph g(input);
  Chain stem(g, g.input());
  stem.conv("features.0.0", conv(round_channels(32 * m.width), 3, m.small_input ? 1 : 2),
            "features.0.1");
  Value x = stem.relu6().end();
  int number = 0;
  for (const Stage& s : stages) {
    const std::int64_t out = round_channels(static_cast<double>(s.out) * m.width);
    for (std::int64_t i = 0; i < s.blocks; ++i) {
      x = inverted_residual(g, x, fmt::format("features.{}.conv.", ++number),
                            {s.expand, out, i == 0 ? s.stride : 1});
    }
  }
  const std::string at = fmt::format("features.{}.", number + 1);
  Chain last(g, x);
  last.conv(at + "0", conv(round_channels(1280 * std::max(1.0, m.width)), 1), at + "1").relu6();
  g.set_output(classify(g, last.end(), "classifier.1", {classes}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_mobilenet_v2(config::Reader& model) {
  MobileNetV2 m;
  model.field("width", m.width, 0.05, 8);
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return mobilenet_v2(m, input, classes); };
}

}  // namespace dlt::models::vision
