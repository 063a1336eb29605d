#include "models/vision/fold.h"

#include <cmath>

#include "base/error.h"

namespace dlt::models::vision {
namespace {

template <class... Kinds>
bool is_one_of(const Layer& layer) {
  return (std::holds_alternative<Kinds>(layer) || ...);
}

bool has_weight(const Layer& layer) { return is_one_of<Conv, ConvTranspose, Linear>(layer); }

std::size_t at(Value v) { return static_cast<std::size_t>(v.step); }

// A batch norm without training: y = factor x + offset, for each channel.
struct ChannelAffine {
  std::vector<double> factor, offset;
};

class Folding {
 public:
  Folding(const Graph& graph, const nn::StateDict& weights)
      : graph_(graph),
        weights_(weights),
        uses_(graph.steps().size()),
        alone_(graph.steps().size()),
        moved_(graph.steps().size()) {}

  Folded run() {
    count_uses();
    for (std::size_t i = 0; i < uses_.size(); ++i)
      if (uses_[i] > 0 || i == 0) add(i);
    folded_.output = moved_[at(graph_.output())];
    return std::move(folded_);
  }

 private:
  // How many steps that the output needs read a step; the output counts as one.
  void count_uses() {
    ++uses_[at(graph_.output())];
    for (std::size_t i = uses_.size(); i-- > 0;) {
      if (uses_[i] == 0) continue;
      const Step& step = graph_.steps()[i];
      for (const Value v : step.inputs) ++uses_[at(v)];
      if (const auto* unpool = std::get_if<Unpool>(&step.layer)) ++uses_[at({unpool->pool})];
    }
  }

  void add(std::size_t i) {
    const Step& step = graph_.steps()[i];
    alone_[i] = uses_[i] == 1;
    if (is_one_of<Dropout>(step.layer)) return merge(i);
    if (is_one_of<BatchNorm>(step.layer)) return add_norm(i);
    if (const auto* activate = std::get_if<Activate>(&step.layer))
      return add_activation(i, *activate);
    FoldedStep s{step.name, step.layer, {}, step.output, {}, {}, {}};
    for (const Value v : step.inputs) s.inputs.push_back(moved_[at(v)]);
    if (auto* unpool = std::get_if<Unpool>(&s.layer))
      unpool->pool = moved_[at({unpool->pool})].step;
    if (has_weight(s.layer)) read_weights(s, step);
    push(i, std::move(s));
  }

  void push(std::size_t i, FoldedStep s) {
    moved_[i] = {std::ssize(folded_.steps)};
    folded_.steps.push_back(std::move(s));
  }

  // The step becomes part of the one before it.
  void merge(std::size_t i) {
    const std::size_t before = at(graph_.steps()[i].inputs[0]);
    moved_[i] = moved_[before];
    alone_[i] = alone_[i] && alone_[before];
  }

  // The folded step before step i, if only this one reads it and it is not yet activated.
  FoldedStep* open_step_before(std::size_t i) {
    const std::size_t before = at(graph_.steps()[i].inputs[0]);
    FoldedStep& s = folded_.steps[at(moved_[before])];
    return alone_[before] && !s.activation ? &s : nullptr;
  }

  void add_activation(std::size_t i, const Activate& activate) {
    FoldedStep* const before = open_step_before(i);
    if (before != nullptr && (has_weight(before->layer) || is_one_of<Add>(before->layer))) {
      before->activation = activate.kind;
      return merge(i);
    }
    const Step& step = graph_.steps()[i];
    push(i, {step.name, step.layer, {moved_[at(step.inputs[0])]}, step.output, {}, {}, {}});
  }

  void add_norm(std::size_t i) {
    const ChannelAffine a = affine(graph_.steps()[i]);
    FoldedStep* const before = open_step_before(i);
    if (before != nullptr && has_weight(before->layer)) {
      scale(*before, a);
      return merge(i);
    }
    push(i, scaling_step(i, a));
  }

  // A batch norm of its own: a convolution of each channel.
  FoldedStep scaling_step(std::size_t i, const ChannelAffine& a) const {
    const Step& step = graph_.steps()[i];
    const std::int64_t n = step.output.dim(0);
    const Conv each{.out = n, .kernel = {1, 1}, .options = {.groups = n}, .bias = true};
    FoldedStep s{step.name, each, {moved_[at(step.inputs[0])]}, step.output, {}, {}, {}};
    s.weight = Tensor::filled({n, 1, 1, 1}, 1);
    scale(s, a);
    return s;
  }

  Tensor weight(const Step& step, const char* name, const Shape& shape) const {
    const std::string full = step.name + "." + name;
    const auto found = weights_.find(full);
    require(found != weights_.end() && found->second.shape() == shape, Exit::damaged,
            "the weights have no '{}' {}: they belong to another model", full, shape);
    return found->second.detach();
  }

  void read_weights(FoldedStep& s, const Step& step) const {
    const Shape& from = graph_.shape(step.inputs[0]);
    const std::int64_t in = from.dim(0);
    bool bias = false;
    if (const auto* c = std::get_if<Conv>(&s.layer)) {
      s.weight =
          weight(step, "weight", {c->out, in / c->options.groups, c->kernel[0], c->kernel[1]});
      bias = c->bias;
    } else if (const auto* t = std::get_if<ConvTranspose>(&s.layer)) {
      s.weight =
          weight(step, "weight", {in, t->out / t->options.groups, t->kernel[0], t->kernel[1]});
      bias = t->bias;
    } else {
      const auto& l = std::get<Linear>(s.layer);
      s.weight = weight(step, "weight", {l.out, from.size()});
      bias = l.bias;
    }
    if (bias) s.bias = weight(step, "bias", {s.output.dim(0)});
  }

  ChannelAffine affine(const Step& step) const {
    const Shape shape{step.output.dim(0)};
    const Tensor gamma = weight(step, "weight", shape), beta = weight(step, "bias", shape),
                 mean = weight(step, "running_mean", shape),
                 variance = weight(step, "running_var", shape);
    ChannelAffine a;
    for (std::int64_t c = 0; c < shape.dim(0); ++c) {
      const double factor =
          static_cast<double>(gamma.data()[c]) / std::sqrt(static_cast<double>(variance.data()[c]) +
                                                           std::get<BatchNorm>(step.layer).epsilon);
      a.factor.push_back(factor);
      a.offset.push_back(static_cast<double>(beta.data()[c]) -
                         factor * static_cast<double>(mean.data()[c]));
    }
    return a;
  }

  // Which channel of the output row i, column j of a transposed convolution's weight belongs to.
  static std::int64_t transposed_channel(const FoldedStep& s, std::int64_t i, std::int64_t j) {
    const std::int64_t groups = std::get<ConvTranspose>(s.layer).options.groups;
    return i / (s.weight.dim(0) / groups) * s.weight.dim(1) + j;
  }

  // The layer's weights after y = factor x + offset.
  static void scale(FoldedStep& s, const ChannelAffine& a) {
    s.weight = s.weight.clone();
    const bool transposed = is_one_of<ConvTranspose>(s.layer);
    const std::int64_t rows = s.weight.dim(0), cols = s.weight.dim(1);
    const std::int64_t kernel = s.weight.size() / (rows * cols);
    real* w = s.weight.mutable_data();
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < cols; ++j) {
        const double factor =
            a.factor[static_cast<std::size_t>(transposed ? transposed_channel(s, i, j) : i)];
        for (std::int64_t k = 0; k < kernel; ++k, ++w)
          *w = static_cast<real>(static_cast<double>(*w) * factor);
      }
    s.bias = s.bias.defined() ? s.bias.clone() : Tensor::zeros({std::ssize(a.factor)});
    real* const b = s.bias.mutable_data();
    for (std::size_t c = 0; c < a.factor.size(); ++c)
      b[c] = static_cast<real>(static_cast<double>(b[c]) * a.factor[c] + a.offset[c]);
    std::visit(
        [](auto& layer) {
          if constexpr (requires { layer.bias; }) layer.bias = true;
        },
        s.layer);
  }

  const Graph& graph_;
  const nn::StateDict& weights_;
  std::vector<int> uses_;     // of every step of the graph
  std::vector<bool> alone_;   // whether one step alone reads what its folded step gives
  std::vector<Value> moved_;  // its folded step
  Folded folded_;
};

}  // namespace

Folded fold(const Graph& graph, const nn::StateDict& weights) {
  return Folding(graph, weights).run();
}

}  // namespace dlt::models::vision
