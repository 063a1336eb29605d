#include "models/vision/graph.h"

#include "base/error.h"
#include "models/vision/shapes.h"

namespace dlt::models::vision {
namespace {

struct Kind {
  std::string_view operator()(const Input&) const { return "input"; }
  std::string_view operator()(const Conv&) const { return "conv"; }
  std::string_view operator()(const ConvTranspose&) const { return "conv_transpose"; }
  std::string_view operator()(const BatchNorm&) const { return "batch_norm"; }
  std::string_view operator()(const MaxPool&) const { return "max_pool"; }
  std::string_view operator()(const AvgPool&) const { return "avg_pool"; }
  std::string_view operator()(const GlobalAverage&) const { return "global_average"; }
  std::string_view operator()(const Unpool&) const { return "unpool"; }
  std::string_view operator()(const Resize&) const { return "resize"; }
  std::string_view operator()(const PixelShuffle&) const { return "pixel_shuffle"; }
  std::string_view operator()(const ChannelShuffle&) const { return "channel_shuffle"; }
  std::string_view operator()(const Channels&) const { return "channels"; }
  std::string_view operator()(const Concat&) const { return "concat"; }
  std::string_view operator()(const Add&) const { return "add"; }
  std::string_view operator()(const Dropout&) const { return "dropout"; }
  std::string_view operator()(const Linear&) const { return "linear"; }
  std::string_view operator()(const Activate& a) const {
    switch (a.kind) {
      case Activation::relu6:
        return "relu6";
      case Activation::sigmoid:
        return "sigmoid";
      case Activation::tanh:
        return "tanh";
      default:
        return "relu";
    }
  }
};

}  // namespace

std::string_view kind(const Layer& layer) { return std::visit(Kind(), layer); }

Graph::Graph(const Shape& input) {
  bool pictures = input.rank() == 3;
  for (const std::int64_t n : input.dims()) pictures = pictures && n > 0;
  require(pictures, Exit::usage, "a network of pictures takes [channels, height, width], not {}",
          input);
  steps_.push_back({"", Input{}, {}, input});
}

Value Graph::add(std::string_view name, Layer layer, std::vector<Value> inputs) {
  Step step{std::string(name), std::move(layer), std::move(inputs), {}};
  step.output = output_shape(step, *this);
  steps_.push_back(std::move(step));
  return {std::ssize(steps_) - 1};
}

std::vector<bool> needed(const Graph& graph) {
  std::vector<bool> all(graph.steps().size(), false);
  const auto want = [&](std::int64_t step) { all[static_cast<std::size_t>(step)] = true; };
  want(graph.output().step);
  for (std::size_t i = all.size(); i-- > 0;) {
    if (!all[i]) continue;
    for (const Value v : graph.steps()[i].inputs) want(v.step);
    if (const auto* unpool = std::get_if<Unpool>(&graph.steps()[i].layer)) want(unpool->pool);
  }
  return all;
}

}  // namespace dlt::models::vision
