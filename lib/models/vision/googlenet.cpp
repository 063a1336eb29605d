#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct GoogLeNet {
  double dropout = 0.2, auxiliary_dropout = 0.7;
  bool auxiliary = true, true_5x5 = false, small_input = false;
};

constexpr BatchNorm norm = {.epsilon = 1e-3};

Chain& basic(Chain& x, const std::string& at, const Conv& c) {
  return x.conv(at + ".conv", c, at + ".bn", norm).relu();
}

struct Inception {
  const char* name;
  std::int64_t one, reduce3, three, reduce5, five, pooled;  // channels
};

Value inception(Graph& g, Value from, const Inception& i, std::int64_t five) {
  const std::string at = std::string("inception") + i.name + ".";
  Chain one(g, from), two(g, from), three(g, from), four(g, from);
  basic(one, at + "branch1", conv(i.one, 1));
  basic(two, at + "branch2.0", conv(i.reduce3, 1));
  basic(two, at + "branch2.1", conv(i.three, 3));
  basic(three, at + "branch3.0", conv(i.reduce5, 1));
  basic(three, at + "branch3.1", conv(i.five, five));
  basic(four.add(MaxPool{pool(3, 1, 1)}), at + "branch4.1", conv(i.pooled, 1));
  return g.add("", Concat{}, {one.end(), two.end(), three.end(), four.end()});
}

// At 224 pixels its means are of 5 x 5 places, 3 apart, as in the paper.
void auxiliary_head(Graph& g, Value from, const std::string& at, std::int64_t classes,
                    double dropout) {
  Chain x(g, from);
  basic(x.add(averages(g.shape(from), 4)), at + ".conv", conv(128, 1));
  x.add(Linear{1024}, at + ".fc1").relu();
  if (dropout > 0) x.add(Dropout{dropout});
  g.add_auxiliary(x.add(Linear{classes}, at + ".fc2").end(), 0.3);
}

Graph googlenet(const GoogLeNet& m, const Shape& input, std::int64_t classes) {
  constexpr Inception all[] = {
      {"3a", 64, 96, 128, 16, 32, 32},     {"3b", 128, 128, 192, 32, 96, 64},
      {"4a", 192, 96, 208, 16, 48, 64},    {"4b", 160, 112, 224, 24, 64, 64},
      {"4c", 128, 128, 256, 24, 64, 64},   {"4d", 112, 144, 288, 32, 64, 64},
      {"4e", 256, 160, 320, 32, 128, 128}, {"5a", 256, 160, 320, 32, 128, 128},
      {"5b", 384, 192, 384, 48, 128, 128}};
  Graph g(input);
  Chain stem(g, g.input());
  basic(stem, "conv1", m.small_input ? conv(64, 3) : conv(64, 7, 2));
  if (!m.small_input) stem.add(MaxPool{pool(3, 2, 0, true)});
  basic(stem, "conv2", conv(64, 1));
  basic(stem, "conv3", conv(192, 3)).add(MaxPool{pool(3, 2, 0, true)});
  Value x = stem.end();
  for (const Inception& i : all) {
    const std::string_view name = i.name;
    if (name == "4a") x = g.add("", MaxPool{pool(3, 2, 0, true)}, {x});
    if (name == "5a") x = g.add("", MaxPool{pool(2, 2, 0, true)}, {x});
    x = inception(g, x, i, m.true_5x5 ? 5 : 3);
    if (!m.auxiliary) continue;
    if (name == "4a") auxiliary_head(g, x, "aux1", classes, m.auxiliary_dropout);
    if (name == "4d") auxiliary_head(g, x, "aux2", classes, m.auxiliary_dropout);
  }
  g.set_output(classify(g, x, "fc", {classes}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_googlenet(config::Reader& model) {
  GoogLeNet m;
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("true_5x5", m.true_5x5);
  model.field("auxiliary", m.auxiliary);
  model.field("auxiliary_dropout", m.auxiliary_dropout, 0, 0.99);
  model.field("small_input", m.small_input);
  return [m](const Shape& input, std::int64_t classes) { return googlenet(m, input, classes); };
}

}  // namespace dlt::models::vision
