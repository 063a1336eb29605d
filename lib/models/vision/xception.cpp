#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

constexpr BatchNorm norm = {.epsilon = 1e-3, .momentum = 0.01};

// Depthwise, then pointwise, with nothing in between.
Chain& separable(Chain& x, const std::string& at, std::int64_t out) {
  x.add(depthwise(x.channels(), 3, 1), at + ".depthwise");
  return x.conv(at + ".pointwise", conv(out, 1), at + "_bn", norm);
}

// Keras's names: block2_sepconv1, ...; a ReLU before each convolution, not behind the last.
struct Block {
  int number;
  std::vector<std::int64_t> out;
  bool shrinks = true, begins_with_relu = true;
};

Value block(Graph& g, Value from, const Block& b) {
  const std::string at = fmt::format("block{}_", b.number);
  Chain x(g, from), shortcut(g, from);
  for (std::size_t i = 0; i < b.out.size(); ++i) {
    if (i > 0 || b.begins_with_relu) x.relu();
    separable(x, fmt::format("{}sepconv{}", at, i + 1), b.out[i]);
  }
  if (b.shrinks) {
    x.add(MaxPool{pool(3, 2, 1)});
    shortcut.conv(at + "residual", conv(b.out.back(), 1, 2), at + "residual_bn", norm);
  }
  return g.add("", Add{}, {x.end(), shortcut.end()});
}

Graph xception(double dropout, const Shape& input, std::int64_t classes) {
  Graph g(input);
  Chain stem(g, g.input());
  const auto inner = [](std::int64_t out, std::int64_t stride) {
    return Conv{out, {3, 3}, {.stride = {stride, stride}}};
  };
  stem.conv("block1_conv1", inner(32, 2), "block1_conv1_bn", norm).relu();
  stem.conv("block1_conv2", inner(64, 1), "block1_conv2_bn", norm).relu();
  Value x = block(g, stem.end(), {2, {128, 128}, true, false});
  x = block(g, x, {3, {256, 256}});
  x = block(g, x, {4, {728, 728}});
  for (int i = 5; i <= 12; ++i) x = block(g, x, {i, {728, 728, 728}, false});
  x = block(g, x, {13, {728, 1024}});
  Chain last(g, x);
  separable(last, "block14_sepconv1", 1536).relu();
  separable(last, "block14_sepconv2", 2048).relu();
  g.set_output(classify(g, last.end(), "predictions", {classes}, dropout));
  return g;
}

}  // namespace

BuildGraph read_xception(config::Reader& model) {
  double dropout = 0;
  model.field("dropout", dropout, 0, 0.99);
  return [dropout](const Shape& input, std::int64_t classes) {
    return xception(dropout, input, classes);
  };
}

}  // namespace dlt::models::vision
