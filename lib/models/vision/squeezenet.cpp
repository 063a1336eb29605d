#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct SqueezeNet {
  std::string version = "1.1";  // 1.0 is the paper's
  double dropout = 0.5;
  bool small_input = false;
};

Conv with_bias(Conv c) {
  c.bias = true;
  return c;
}

Value fire(Graph& g, Value from, const std::string& at, std::int64_t squeeze, std::int64_t expand) {
  Chain x(g, from);
  const Value few = x.add(with_bias(conv(squeeze, 1)), at + "squeeze").relu().end();
  Chain one(g, few), three(g, few);
  one.add(with_bias(conv(expand, 1)), at + "expand1x1").relu();
  three.add(with_bias(conv(expand, 3)), at + "expand3x3").relu();
  return g.add("", Concat{}, {one.end(), three.end()});
}

Graph squeezenet(const SqueezeNet& m, const Shape& input, std::int64_t classes) {
  struct Fire {
    std::int64_t squeeze, expand;
  };
  constexpr Fire fires[] = {{16, 64},  {16, 64},  {32, 128}, {32, 128},
                            {48, 192}, {48, 192}, {64, 256}, {64, 256}};
  const bool paper = m.version == "1.0";
  Graph g(input);
  Chain stem(g, g.input());
  const std::int64_t kernel = paper ? 7 : 3, stride = m.small_input ? 1 : 2;
  Conv first = with_bias(conv(paper ? 96 : 64, kernel, stride));
  if (!m.small_input) first.options.padding = {0, 0};
  stem.add(first, "features.0").relu();
  const MaxPool halve = {pool(3, 2, 0, true)};
  stem.add(halve);
  Value x = stem.end();
  int number = 3;
  for (int i = 0; i < 8; ++i, ++number) {
    const bool shrink = paper ? i == 3 || i == 7 : i == 2 || i == 4;
    if (shrink) x = g.add("", halve, {x}), ++number;
    x = fire(g, x, fmt::format("features.{}.", number), fires[i].squeeze, fires[i].expand);
  }
  Chain end(g, x);
  if (m.dropout > 0) end.add(Dropout{m.dropout});
  end.add(with_bias(conv(classes, 1)), "classifier.1").relu().add(GlobalAverage{});
  g.set_output(end.end());
  return g;
}

}  // namespace

BuildGraph read_squeezenet(config::Reader& model) {
  SqueezeNet m;
  model.field("version", m.version, {"1.0", "1.1"});
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return squeezenet(m, input, classes); };
}

}  // namespace dlt::models::vision
