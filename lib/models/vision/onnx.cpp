#include "models/vision/onnx.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/vision/onnx_attributes.h"
#include "models/vision/onnx_nodes.h"

namespace dlt::models::vision {
namespace {

// PyTorch drops a window that begins behind the input and its padding; before opset 22 ONNX keeps
// it. There may be one only where the padding is larger than this.
bool may_begin_outside(const ops::Pool& p) {
  return p.ceil &&
         (p.padding[0] > p.kernel[0] - p.stride[0] || p.padding[1] > p.kernel[1] - p.stride[1]);
}

// The nodes of one network, step by step.
class Writer : OnnxNodes {
 public:
  explicit Writer(const Folded& net) : net_(net), values_(net.steps.size()) {}

  io::OnnxModel run() {
    for (std::size_t i = 0; i < net_.steps.size(); ++i) add_step(i);
    if (net_.output.step == 0) node("Identity", {"input"}, "output");
    add_ends();
    return std::move(model_);
  }

 private:
  void add_step(std::size_t i) {
    step_ = &net_.steps[i];
    name_ = step_->name;
    if (values_[i].empty()) values_[i] = name_of_value(i);
    result_ = step_->activation ? fresh("before") : values_[i];
    const std::string before = result_;
    std::visit(*this, step_->layer);
    if (step_->activation) activate(*step_->activation, before, values_[i]);
  }

  std::string name_of_value(std::size_t i) const {
    if (i == 0) return "input";
    return static_cast<std::int64_t>(i) == net_.output.step ? "output" : fmt::format("value_{}", i);
  }
  const std::string& value(Value v) const { return values_[static_cast<std::size_t>(v.step)]; }
  const std::string& input(std::size_t i = 0) const { return value(step_->inputs[i]); }
  const Shape& shape(Value v) const { return net_.steps[static_cast<std::size_t>(v.step)].output; }

  // The input and the step's own weights.
  Names with_weights(std::string from) {
    const std::string name = weights_name();
    Names all = {std::move(from), constant(name + ".weight", step_->weight)};
    if (step_->bias.defined()) all.push_back(constant(name + ".bias", step_->bias));
    return all;
  }
  // Unique even where two steps use one module.
  std::string weights_name() const {
    const std::string& name = step_->name;
    const auto taken = [&](const io::OnnxConstant& c) { return c.name == name + ".weight"; };
    const bool is_taken = std::any_of(model_.constants.begin(), model_.constants.end(), taken);
    return name.empty() || is_taken ? fmt::format("{}step_{}", name, step_ - net_.steps.data())
                                    : name;
  }

  void activate(Activation kind, const std::string& from, const std::string& to) {
    switch (kind) {
      case Activation::relu:
        return node("Relu", {from}, to);
      case Activation::relu6:
        return node("Clip", {from, scalar("low", 0), scalar("high", 6)}, to);
      case Activation::sigmoid:
        return node("Sigmoid", {from}, to);
      case Activation::tanh:
        return node("Tanh", {from}, to);
    }
  }

  void add_ends() {
    const FoldedStep &first = net_.steps.front(),
                     &last = net_.steps[static_cast<std::size_t>(net_.output.step)];
    model_.graph = "dlt";
    io::OnnxValue in{"input", {"batch", first.output.dim(0), "height", "width"}},
        out{"output", {"batch"}};
    if (fixed_size_)
      for (const int axis : {1, 2})
        in.dims[static_cast<std::size_t>(axis) + 1] = first.output.dim(axis);
    out.dims.emplace_back(last.output.dim(0));
    for (const int axis : {1, 2}) {
      if (last.output.rank() != 3) continue;
      if (fixed_size_) {
        out.dims.emplace_back(last.output.dim(axis));
      } else {
        out.dims.emplace_back(axis == 1 ? "output_height" : "output_width");
      }
    }
    model_.inputs = {std::move(in)};
    model_.outputs = {std::move(out)};
  }

 public:  // for std::visit
  void operator()(const Input&) const {}

  void operator()(const Conv& c) { node("Conv", with_weights(input()), result_, attributes(c)); }
  void operator()(const ConvTranspose& c) {
    node("ConvTranspose", with_weights(input()), result_, attributes(c));
  }

  void operator()(const Linear&) {
    std::string from = input();
    if (const Shape& s = shape(step_->inputs[0]); s.rank() > 1) {
      from = fresh("flat");
      node("Flatten", {input()}, from, {{"axis", std::int64_t{1}}});
      fixed_size_ = fixed_size_ || s.rank() == 3;
    }
    node("Gemm", with_weights(from), result_, {{"transB", std::int64_t{1}}});
  }

  void operator()(const Activate& a) { activate(a.kind, input(), result_); }

  // Attributes of a pool over `from`, whose padding may have been added to it already.
  Attributes windows(const ops::Pool& p, const ops::Pair& padding) {
    Attributes all = {{"kernel_shape", ints(p.kernel)}, {"strides", ints(p.stride)}};
    Ints pads = around(padding);
    if (may_begin_outside(p)) {  // as much as the last window of this size needs
      fixed_size_ = true;
      const Shape& in = shape(step_->inputs[0]);
      for (const std::size_t a : {0u, 1u}) {
        const std::int64_t reach = (step_->output.dims()[a + 1] - 1) * p.stride[a] + p.kernel[a];
        pads[a + 2] =
            std::max<std::int64_t>(0, reach - in.dims()[a + 1] - 2 * p.padding[a] + padding[a]);
      }
    } else if (p.ceil) {
      all.push_back({"ceil_mode", std::int64_t{1}});
    }
    all.push_back({"pads", std::move(pads)});
    return all;
  }

  void operator()(const MaxPool& m) {
    node("MaxPool", {input()}, result_, windows(m.options, m.options.padding));
  }

  // Padding that counts is made of zeros first: programs disagree about windows that go beyond it.
  void operator()(const AvgPool& a) {
    const ops::Pool& p = a.options;
    const bool counts = a.count == ops::CountPadding::yes && (p.padding[0] > 0 || p.padding[1] > 0);
    if (!counts || !p.ceil) {
      Attributes all = windows(p, p.padding);
      if (counts) all.push_back({"count_include_pad", std::int64_t{1}});
      return node("AveragePool", {input()}, result_, std::move(all));
    }
    const std::string padded = fresh("padded");
    node("Pad",
         {input(),
          constant("pads", {0, 0, p.padding[0], p.padding[1], 0, 0, p.padding[0], p.padding[1]})},
         padded);
    node("AveragePool", {padded}, result_, windows(p, {0, 0}));
  }

  void operator()(const GlobalAverage&) {
    const std::string mean = fresh("mean");
    node("GlobalAveragePool", {input()}, mean);
    node("Flatten", {mean}, result_, {{"axis", std::int64_t{1}}});
  }

  // The places are a second output of the pool's node, which comes from the same step.
  void operator()(const Unpool& u) {
    const auto pool = static_cast<std::size_t>(u.pool);
    const std::string size = fresh("size"), places = values_[pool] + "_places";
    const auto from =
        std::find_if(model_.nodes.begin(), model_.nodes.end(),
                     [&](const io::OnnxNode& n) { return n.outputs.front() == values_[pool]; });
    if (from->outputs.size() == 1) from->outputs.push_back(places);
    node("Shape", {value(net_.steps[pool].inputs[0])}, size);
    const auto& p = std::get<MaxPool>(net_.steps[pool].layer).options;
    node("MaxUnpool", {input(), places, size}, result_,
         {{"kernel_shape", ints(p.kernel)},
          {"strides", ints(p.stride)},
          {"pads", around(p.padding)}});
  }

  void operator()(const Resize& r) {
    const auto scale = [&](std::size_t a) { return static_cast<float>(r.scale[a]); };
    model_.constants.push_back(
        {fresh("scales"), {4}, std::vector<float>{1, 1, scale(0), scale(1)}});
    node("Resize", {input(), "", model_.constants.back().name}, result_, attributes(r));
  }

  void operator()(const PixelShuffle& p) {
    node("DepthToSpace", {input()}, result_,
         {{"blocksize", p.factor}, {"mode", std::string("CRD")}});
  }

  void operator()(const ChannelShuffle& s) {
    const std::int64_t n = step_->output.dim(0), size = n / s.groups;
    Ints from;
    for (std::int64_t i = 0; i < n; ++i) from.push_back(i % s.groups * size + i / s.groups);
    node("Gather", {input(), constant("channels", std::move(from))}, result_,
         {{"axis", std::int64_t{1}}});
  }

  // All steps that take channels of one value, if they take each of them once and in order.
  std::vector<std::size_t> split() const {
    std::vector<std::size_t> parts;
    std::int64_t next = 0;
    for (std::size_t i = 0; i < net_.steps.size(); ++i) {
      const auto* c = std::get_if<Channels>(&net_.steps[i].layer);
      if (c == nullptr || net_.steps[i].inputs[0].step != step_->inputs[0].step) continue;
      if (c->first != next) return {};
      next = c->last;
      parts.push_back(i);
    }
    return next == shape(step_->inputs[0]).dim(0) ? parts : std::vector<std::size_t>();
  }

  void operator()(const Channels& c) {
    const Ints axis = {1};
    const std::vector<std::size_t> parts = split();
    if (parts.empty()) {
      return node("Slice",
                  {input(), constant("first", {c.first}), constant("last", {c.last}),
                   constant("axis", axis)},
                  result_);
    }
    if (&net_.steps[parts.front()] != step_) return;  // the first of them has made the node
    Ints sizes;
    Names outputs;
    for (const std::size_t i : parts) {
      sizes.push_back(net_.steps[i].output.dim(0));
      if (values_[i].empty()) values_[i] = name_of_value(i);
      outputs.push_back(values_[i]);
    }
    node("Split", {input(), constant("sizes", std::move(sizes))}, "", {{"axis", std::int64_t{1}}});
    model_.nodes.back().outputs = std::move(outputs);
  }

  void operator()(const Concat&) {
    Names inputs;
    for (const Value v : step_->inputs) inputs.push_back(value(v));
    node("Concat", std::move(inputs), result_, {{"axis", std::int64_t{1}}});
  }

  void operator()(const Add&) { node("Add", {input(0), input(1)}, result_); }

  void operator()(const BatchNorm&) const {}  // folded away
  void operator()(const Dropout&) const {}

 private:
  const Folded& net_;
  const FoldedStep* step_ = nullptr;  // the one that is being written
  std::string result_;                // what its node gives
  std::vector<std::string> values_;   // of every step
  bool fixed_size_ = false;
};

}  // namespace

io::OnnxModel to_onnx(const Folded& net, const OnnxNotes& notes) {
  io::OnnxModel model = Writer(net).run();
  const auto note = [&model](const char* key, const nlohmann::json& value) {
    if (!value.empty()) model.metadata.emplace_back(key, value.dump());
  };
  const Shape& size = net.steps.front().output;
  if (!notes.task.empty()) model.metadata.emplace_back("task", notes.task);
  note("classes", notes.classes);
  note("mean", notes.mean);
  note("std", notes.deviation);
  note("input_size", Ints{size.dim(1), size.dim(2)});
  return model;
}

}  // namespace dlt::models::vision
