#include "models/vision/network.h"

#include <cmath>
#include <map>

#include "autograd/autograd.h"
#include "base/error.h"
#include "nn/conv.h"
#include "nn/dropout.h"
#include "nn/init.h"
#include "nn/norm.h"
#include "ops/elementwise.h"
#include "ops/shape.h"

namespace dlt::models::vision {

struct Network::Pass {
  nn::Training* training;
  struct Pooled {
    Indices indices;
    ops::Pair size;  // of what went in
  };
  std::map<std::int64_t, Pooled> pooled;  // by the steps whose places an Unpool will ask for
};

namespace {

ops::Pair sides(const Tensor& x) { return {x.dim(2), x.dim(3)}; }

// Keeps the deviation of what goes through a convolution and a ReLU (He et al. 2015, eq. 10).
nn::Init he_normal(std::int64_t fan_in) {
  return nn::normal(std::sqrt(2 / static_cast<double>(fan_in)));
}

Tensor activate(const Tensor& x, Activation kind) {
  switch (kind) {
    case Activation::relu6:
      return ops::relu6(x);
    case Activation::sigmoid:
      return ops::sigmoid(x);
    case Activation::tanh:
      return ops::tanh(x);
    default:
      return ops::relu(x);
  }
}

Tensor flat(const Tensor& x) { return x.shape().rank() == 2 ? x : ops::reshape(x, {x.dim(0), -1}); }

// Walks back from the outputs: the last step that reads each one's result, -1 for those that
// nothing depends on; outputs are kept to the end.
std::vector<std::int64_t> last_uses(const Graph& graph, const std::vector<Value>& outputs) {
  const std::int64_t steps = std::ssize(graph.steps());
  std::vector<std::int64_t> last(static_cast<std::size_t>(steps), -1);
  for (const Value v : outputs) last[static_cast<std::size_t>(v.step)] = steps;
  for (std::int64_t i = steps - 1; i >= 0; --i) {
    if (last[static_cast<std::size_t>(i)] < 0) continue;
    const Step& step = graph.steps()[static_cast<std::size_t>(i)];
    const auto use = [&](std::int64_t from) {
      std::int64_t& known = last[static_cast<std::size_t>(from)];
      known = std::max(known, i);
    };
    for (const Value v : step.inputs) use(v.step);
    // Its places, not its result; it comes before, so that it is known to run.
    if (const auto* unpool = std::get_if<Unpool>(&step.layer)) use(unpool->pool);
  }
  return last;
}

}  // namespace

// Makes what runs a layer, with its parameters.
class Network::Maker {
 public:
  Maker(const nn::Scope& s, const Graph& graph, std::int64_t number)
      : graph_(graph),
        number_(number),
        step_(graph.steps()[static_cast<std::size_t>(number)]),
        scope_(s / step_.name) {}

  Stage operator()(const Input&) const { return {}; }

  Stage operator()(const Conv& c) const {
    const std::int64_t in = channels() / c.options.groups, fan_in = in * c.kernel[0] * c.kernel[1];
    const Shape shape = {c.out, in, c.kernel[0], c.kernel[1]};
    const Tensor weight = scope_.param("weight", shape, he_normal(fan_in));
    const Tensor bias = c.bias ? scope_.param("bias", {c.out}, nn::zeros()) : Tensor();
    return [=, options = c.options, path = scope_.path()](const Tensors& in_, Pass&) {
      const Frame frame("layer", path);
      return ops::conv2d(in_[0], weight, bias, options);
    };
  }

  Stage operator()(const ConvTranspose& c) const {
    return one(nn::ConvTranspose2d(scope_, channels(), c.out, c.kernel, c.options,
                                   c.bias ? nn::Bias::yes : nn::Bias::no));
  }

  Stage operator()(const BatchNorm& b) const {
    const nn::BatchNorm norm(scope_, channels(), {b.epsilon, b.momentum});
    return [norm](const Tensors& in, Pass& pass) { return norm(in[0], pass.training); };
  }

  Stage operator()(const Activate& a) const {
    return one([kind = a.kind](const Tensor& x) { return activate(x, kind); });
  }

  Stage operator()(const MaxPool& p) const {
    if (!is_undone(graph_.steps(), number_)) {
      return one([o = p.options](const Tensor& x) { return ops::max_pool2d(x, o).y; });
    }
    return [o = p.options, number = number_](const Tensors& in, Pass& pass) {
      const ops::Pooled pooled = ops::max_pool2d(in[0], o);
      pass.pooled[number] = {pooled.indices, sides(in[0])};
      return pooled.y;
    };
  }

  Stage operator()(const AvgPool& p) const {
    return one([p](const Tensor& x) { return ops::avg_pool2d(x, p.options, p.count); });
  }

  Stage operator()(const GlobalAverage&) const {
    return one([](const Tensor& x) { return ops::mean(x, {2, 3}); });
  }

  Stage operator()(const Unpool& u) const {
    const auto& pool = std::get<MaxPool>(graph_.steps()[static_cast<std::size_t>(u.pool)].layer);
    return [o = pool.options, from = u.pool](const Tensors& in, Pass& pass) {
      const Pass::Pooled& pooled = pass.pooled.at(from);
      return ops::max_unpool2d(in[0], pooled.indices, o, pooled.size);
    };
  }

  Stage operator()(const Resize& r) const {
    const ops::Resize options = {
        {}, {static_cast<double>(r.scale[0]), static_cast<double>(r.scale[1])}, r.kind};
    return one([options](const Tensor& x) { return ops::interpolate(x, options); });
  }

  Stage operator()(const PixelShuffle& p) const {
    return one([n = p.factor](const Tensor& x) { return ops::pixel_shuffle(x, n); });
  }

  Stage operator()(const ChannelShuffle& s) const {
    return one([n = s.groups](const Tensor& x) { return ops::channel_shuffle(x, n); });
  }

  Stage operator()(const Channels& c) const {
    return one([c](const Tensor& x) { return ops::slice(x, 1, c.first, c.last); });
  }

  Stage operator()(const Concat&) const {
    return [](const Tensors& in, Pass&) { return ops::cat(in, 1); };
  }

  Stage operator()(const Add&) const {
    return [](const Tensors& in, Pass&) { return ops::add(in[0], in[1]); };
  }

  Stage operator()(const Dropout& d) const {
    return [drop = nn::Dropout(d.rate)](const Tensors& in, Pass& pass) {
      return drop(in[0], pass.training);
    };
  }

  Stage operator()(const Linear& l) const {
    const std::int64_t in = graph_.shape(step_.inputs[0]).size();
    const nn::Linear linear(scope_, in, l.out, l.bias ? nn::Bias::yes : nn::Bias::no);
    return one([linear](const Tensor& x) { return linear(flat(x)); });
  }

 private:
  using Tensors = std::vector<Tensor>;

  template <class F>
  static Stage one(F f) {
    return [f = std::move(f)](const Tensors& in, Pass&) { return f(in[0]); };
  }
  std::int64_t channels() const { return graph_.channels(step_.inputs[0]); }

  const Graph& graph_;
  std::int64_t number_;
  const Step& step_;
  nn::Scope scope_;
};

Network::Network(const nn::Scope& s, Graph graph) : graph_(std::move(graph)) {
  for (std::int64_t i = 0; i < std::ssize(graph_.steps()); ++i) {
    const Maker maker(s, graph_, i);
    stages_.push_back(std::visit(maker, graph_.steps()[static_cast<std::size_t>(i)].layer));
  }
  std::vector<Value> outputs = {graph_.output()};
  last_use_ = last_uses(graph_, outputs);
  for (const Graph::Auxiliary& a : graph_.auxiliary()) outputs.push_back(a.output);
  last_use_in_training_ = last_uses(graph_, outputs);
}

Network::Outputs Network::operator()(const Tensor& x, nn::Training* training) const {
  const Shape& taken = graph_.shape(graph_.input());
  require(x.shape().rank() == 4 && x.dim(1) == taken.dim(0),
          "pictures {} are not [batch, {}, height, width]", x.shape(), taken.dim(0));
  const auto& last = training == nullptr ? last_use_ : last_use_in_training_;
  std::vector<Tensor> results(stages_.size());
  results[0] = x;
  Pass pass{training, {}};
  for (std::size_t i = 1; i < stages_.size(); ++i) {
    if (last[i] < 0) continue;
    std::vector<Tensor> inputs;
    const auto& from = graph_.steps()[i].inputs;
    for (const Value v : from) inputs.push_back(results[static_cast<std::size_t>(v.step)]);
    for (const Value v : from) {
      const auto j = static_cast<std::size_t>(v.step);
      if (last[j] == static_cast<std::int64_t>(i)) results[j] = Tensor();
    }
    results[i] = stages_[i](inputs, pass);
  }
  Outputs out{results[static_cast<std::size_t>(graph_.output().step)], {}};
  if (training == nullptr) return out;
  for (const Graph::Auxiliary& a : graph_.auxiliary()) {
    out.auxiliary.push_back(results[static_cast<std::size_t>(a.output.step)]);
  }
  return out;
}

}  // namespace dlt::models::vision
