#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct ResNet18 {
  double dropout = 0;
  bool small_input = false;
};

Value basic_block(Graph& g, Value from, const std::string& at, std::int64_t out,
                  std::int64_t stride) {
  Chain x(g, from), shortcut(g, from);
  x.conv(at + "conv1", conv(out, 3, stride), at + "bn1").relu();
  x.conv(at + "conv2", conv(out, 3), at + "bn2");
  if (stride != 1 || shortcut.channels() != out) {
    shortcut.conv(at + "downsample.0", conv(out, 1, stride), at + "downsample.1");
  }
  return Chain(g, g.add("", Add{}, {x.end(), shortcut.end()})).relu().end();
}

// Small pictures begin as in the paper's networks for CIFAR-10.
Graph resnet18(const ResNet18& m, const Shape& input, std::int64_t classes) {
  Graph g(input);
  Chain stem(g, g.input());
  stem.conv("conv1", m.small_input ? conv(64, 3) : conv(64, 7, 2), "bn1").relu();
  if (!m.small_input) stem.add(MaxPool{pool(3, 2, 1)});
  Value x = stem.end();
  for (int stage = 1; stage <= 4; ++stage) {
    const std::int64_t out = std::int64_t{32} << stage;
    x = basic_block(g, x, fmt::format("layer{}.0.", stage), out, stage == 1 ? 1 : 2);
    x = basic_block(g, x, fmt::format("layer{}.1.", stage), out, 1);
  }
  g.set_output(classify(g, x, "fc", {classes}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_resnet18(config::Reader& model) {
  ResNet18 m;
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return resnet18(m, input, classes); };
}

}  // namespace dlt::models::vision
