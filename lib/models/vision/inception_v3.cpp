#include "models/vision/blocks.h"
#include "models/vision/classifiers.h"

namespace dlt::models::vision {
namespace {

struct InceptionV3 {
  double dropout = 0.5;
  bool auxiliary = true;
};

// One by seven, seven by one and the like, of the same size.
Conv flat(std::int64_t out, ops::Pair kernel) {
  return {out, kernel, {.padding = {kernel[0] / 2, kernel[1] / 2}}};
}
Conv row(std::int64_t out, std::int64_t n) { return flat(out, {1, n}); }
Conv column(std::int64_t out, std::int64_t n) { return flat(out, {n, 1}); }
// Without padding, so that pictures shrink.
Conv inner(std::int64_t out, std::int64_t kernel, std::int64_t stride = 1) {
  return {out, {kernel, kernel}, {.stride = {stride, stride}}};
}

// A branch of convolutions from a place, each with its norm and ReLU.
class Branch {
 public:
  Branch(Graph& g, Value from, std::string at) : x_(g, from), at_(std::move(at)) {}

  Branch& conv(const std::string& name, const Conv& c) {
    const std::string at = at_ + name;
    x_.conv(at + ".conv", c, at + ".bn", {.epsilon = 1e-3}).relu();
    return *this;
  }
  template <class Layer>
  Branch& add(const Layer& layer, const std::string& name = "") {
    x_.add(layer, name);
    return *this;
  }
  Value end() const { return x_.end(); }

 private:
  Chain x_;
  std::string at_;
};

// The kinds of modules, by torchvision's letters.
class Modules {
 public:
  explicit Modules(Graph& g) : g_(g) {}

  Value a(Value x, const std::string& at, std::int64_t pooled) const {
    return join(
        {Branch(g_, x, at).conv("branch1x1", conv(64, 1)).end(),
         Branch(g_, x, at).conv("branch5x5_1", conv(48, 1)).conv("branch5x5_2", conv(64, 5)).end(),
         Branch(g_, x, at)
             .conv("branch3x3dbl_1", conv(64, 1))
             .conv("branch3x3dbl_2", conv(96, 3))
             .conv("branch3x3dbl_3", conv(96, 3))
             .end(),
         means(x, at, pooled)});
  }

  Value b(Value x, const std::string& at) const {
    return join({Branch(g_, x, at).conv("branch3x3", inner(384, 3, 2)).end(),
                 Branch(g_, x, at)
                     .conv("branch3x3dbl_1", conv(64, 1))
                     .conv("branch3x3dbl_2", conv(96, 3))
                     .conv("branch3x3dbl_3", inner(96, 3, 2))
                     .end(),
                 shrunk(x)});
  }

  Value c(Value x, const std::string& at, std::int64_t n) const {
    return join({Branch(g_, x, at).conv("branch1x1", conv(192, 1)).end(),
                 Branch(g_, x, at)
                     .conv("branch7x7_1", conv(n, 1))
                     .conv("branch7x7_2", row(n, 7))
                     .conv("branch7x7_3", column(192, 7))
                     .end(),
                 Branch(g_, x, at)
                     .conv("branch7x7dbl_1", conv(n, 1))
                     .conv("branch7x7dbl_2", column(n, 7))
                     .conv("branch7x7dbl_3", row(n, 7))
                     .conv("branch7x7dbl_4", column(n, 7))
                     .conv("branch7x7dbl_5", row(192, 7))
                     .end(),
                 means(x, at, 192)});
  }

  Value d(Value x, const std::string& at) const {
    return join({Branch(g_, x, at)
                     .conv("branch3x3_1", conv(192, 1))
                     .conv("branch3x3_2", inner(320, 3, 2))
                     .end(),
                 Branch(g_, x, at)
                     .conv("branch7x7x3_1", conv(192, 1))
                     .conv("branch7x7x3_2", row(192, 7))
                     .conv("branch7x7x3_3", column(192, 7))
                     .conv("branch7x7x3_4", inner(192, 3, 2))
                     .end(),
                 shrunk(x)});
  }

  Value e(Value x, const std::string& at) const {
    const Value three = Branch(g_, x, at).conv("branch3x3_1", conv(384, 1)).end();
    const Value twice = Branch(g_, x, at)
                            .conv("branch3x3dbl_1", conv(448, 1))
                            .conv("branch3x3dbl_2", conv(384, 3))
                            .end();
    return join({Branch(g_, x, at).conv("branch1x1", conv(320, 1)).end(),
                 fork(three, at + "branch3x3_2"), fork(twice, at + "branch3x3dbl_3"),
                 means(x, at, 192)});
  }

 private:
  Value join(const std::vector<Value>& all) const { return g_.add("", Concat{}, all); }
  Value fork(Value x, const std::string& at) const {
    return join({Branch(g_, x, at).conv("a", row(384, 3)).end(),
                 Branch(g_, x, at).conv("b", column(384, 3)).end()});
  }
  Value shrunk(Value x) const { return g_.add("", MaxPool{pool(3, 2)}, {x}); }
  Value means(Value x, const std::string& at, std::int64_t out) const {
    return Branch(g_, x, at).add(AvgPool{pool(3, 1, 1)}).conv("branch_pool", conv(out, 1)).end();
  }

  Graph& g_;
};

// At 299 pixels its means are of 5 x 5 places, 3 apart.
void auxiliary_head(Graph& g, Value from, std::int64_t classes) {
  const Value x = Branch(g, from, "AuxLogits.")
                      .add(averages(g.shape(from), 5))
                      .conv("conv0", conv(128, 1))
                      .conv("conv1", inner(768, 5))
                      .add(GlobalAverage{})
                      .add(Linear{classes}, "AuxLogits.fc")
                      .end();
  g.add_auxiliary(x, 0.4);
}

Value stem(Graph& g) {
  return Branch(g, g.input(), "")
      .conv("Conv2d_1a_3x3", inner(32, 3, 2))
      .conv("Conv2d_2a_3x3", inner(32, 3))
      .conv("Conv2d_2b_3x3", conv(64, 3))
      .add(MaxPool{pool(3, 2)})
      .conv("Conv2d_3b_1x1", conv(80, 1))
      .conv("Conv2d_4a_3x3", inner(192, 3))
      .add(MaxPool{pool(3, 2)})
      .end();
}

Graph inception_v3(const InceptionV3& m, const Shape& input, std::int64_t classes) {
  Graph g(input);
  const Modules modules(g);
  Value x = stem(g);
  x = modules.a(x, "Mixed_5b.", 32);
  x = modules.a(x, "Mixed_5c.", 64);
  x = modules.a(x, "Mixed_5d.", 64);
  x = modules.b(x, "Mixed_6a.");
  x = modules.c(x, "Mixed_6b.", 128);
  x = modules.c(x, "Mixed_6c.", 160);
  x = modules.c(x, "Mixed_6d.", 160);
  x = modules.c(x, "Mixed_6e.", 192);
  if (m.auxiliary) auxiliary_head(g, x, classes);
  x = modules.d(x, "Mixed_7a.");
  x = modules.e(x, "Mixed_7b.");
  x = modules.e(x, "Mixed_7c.");
  g.set_output(classify(g, x, "fc", {classes}, m.dropout));
  return g;
}

}  // namespace

BuildGraph read_inception_v3(config::Reader& model) {
  InceptionV3 m;
  model.field("dropout", m.dropout, 0, 0.99);
  model.field("auxiliary", m.auxiliary);
  return [m](const Shape& input, std::int64_t classes) { return inception_v3(m, input, classes); };
}

}  // namespace dlt::models::vision
