#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct MobileNetV1 {
  double width = 1, dropout = 0;
  bool small_input = false;
};

Graph mobilenet_v1(const MobileNetV1& m, const Shape& input, std::int64_t classes) {
  struct Block {
    std::int64_t out, stride;
  };
  constexpr Block blocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                              {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  const auto scaled = [&](std::int64_t n) {
    return round_channels(static_cast<double>(n) * m.width);
  };
  Graph g(input);
  Chain x(g, g.input());
  x.conv("features.0.0", conv(scaled(32), 3, m.small_input ? 1 : 2), "features.0.1").relu();
  int number = 0;
  for (const Block& b : blocks) {
    const std::string at = fmt::format("features.{}.", ++number);
    x.conv(at + "0", depthwise(x.channels(), 3, b.stride), at + "1").relu();
    x.conv(at + "3", conv(scaled(b.out), 1), at + "4").relu();
  }
  g.set_output(classify(g, x.end(), "fc", {classes}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_mobilenet_v1(config::Reader& model) {
  MobileNetV1 m;
  model.field("width", m.width, 0.05, 8);
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return mobilenet_v1(m, input, classes); };
}

}  // namespace dlt::models::vision
