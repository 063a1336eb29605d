#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ops/conv.h"
#include "ops/pool.h"
#include "tensor/shape.h"

// A network of images as a list of steps, each of whose shapes is known. It is trained, looked at,
// folded for inference and exported from this one description.
namespace dlt::models::vision {

struct Conv {
  std::int64_t out = 0;
  ops::Pair kernel{1, 1};
  ops::Conv options = {};
  bool bias = false;
};
struct ConvTranspose {
  std::int64_t out = 0;
  ops::Pair kernel{2, 2};
  ops::ConvTranspose options = {};
  bool bias = true;
};
struct BatchNorm {
  double epsilon = 1e-5, momentum = 0.1;
};
enum class Activation : std::uint8_t { relu, relu6, sigmoid, tanh };
struct Activate {
  Activation kind = Activation::relu;
};
struct MaxPool {
  ops::Pool options = {};
};
struct AvgPool {
  ops::Pool options = {};
  ops::CountPadding count = ops::CountPadding::yes;
};
struct GlobalAverage {};  // [channels, height, width] to [channels]
struct Unpool {           // by the indices of the step `pool`, to the size of what went into it
  std::int64_t pool = 0;
};
struct Resize {
  ops::Interpolation kind = ops::Interpolation::linear;
  ops::Pair scale{2, 2};
};
struct PixelShuffle {
  std::int64_t factor = 2;
};
struct ChannelShuffle {
  std::int64_t groups = 2;
};
struct Channels {  // [first, last) of them
  std::int64_t first = 0, last = 0;
};
struct Concat {};  // of channels
struct Add {};
struct Dropout {
  double rate = 0.5;
};
struct Linear {  // of [features], or of all the numbers of [channels, height, width] in their order
  std::int64_t out = 0;
  bool bias = true;
};
struct Input {};

using Layer = std::variant<Input, Conv, ConvTranspose, BatchNorm, Activate, MaxPool, AvgPool,
                           GlobalAverage, Unpool, Resize, PixelShuffle, ChannelShuffle, Channels,
                           Concat, Add, Dropout, Linear>;

std::string_view kind(const Layer& layer);  // "conv", "max_pool", ...

// The result of a step, by its number.
struct Value {
  std::int64_t step = 0;
};

struct Step {
  std::string name;  // where its parameters are, as in torchvision: "features.0.0"; or ""
  Layer layer;
  std::vector<Value> inputs;
  Shape output;  // of one image: [channels, height, width], or [features]
};

// Steps in an order in which each comes after its inputs; step 0 is the Input. An auxiliary head
// counts in training alone, by its weight.
class Graph {
 public:
  explicit Graph(const Shape& input);  // [channels, height, width]

  Value input() const { return {0}; }
  // Finds the shape; an Error (Exit::usage) that names the step and the shapes if they do not fit.
  Value add(std::string_view name, Layer layer, std::vector<Value> inputs);
  void set_output(Value v) { output_ = v; }
  void add_auxiliary(Value v, double weight) { auxiliary_.push_back({v, weight}); }

  const std::vector<Step>& steps() const { return steps_; }
  const Shape& shape(Value v) const { return steps_[static_cast<std::size_t>(v.step)].output; }
  std::int64_t channels(Value v) const { return shape(v).dim(0); }
  Value output() const { return output_; }
  struct Auxiliary {
    Value output;
    double weight;
  };
  const std::vector<Auxiliary>& auxiliary() const { return auxiliary_; }

 private:
  std::vector<Step> steps_;
  Value output_;
  std::vector<Auxiliary> auxiliary_;
};

// Whether an Unpool among the steps (Steps or FoldedSteps) asks for the places of step `pool`.
template <class Steps>
bool is_undone(const Steps& steps, std::int64_t pool) {
  return std::ranges::any_of(steps, [pool](const auto& step) {
    const auto* unpool = std::get_if<Unpool>(&step.layer);
    return unpool != nullptr && unpool->pool == pool;
  });
}

// For each step whether the output depends on it: an auxiliary head's are for training alone.
std::vector<bool> needed(const Graph& graph);

// What one image costs a step.
struct StepCost {
  std::int64_t parameters = 0;      // weights and biases; with those of a batch norm
  std::int64_t macs = 0;            // multiply-adds of convolutions and linear layers
  ops::Pair receptive_field{1, 1};  // the window of the input that a pixel of the output sees,
                                    // with what is padded around it
};
// Of each step. Receptive fields by the recurrence of Araujo, Norris and Sim (2019), "Computing
// Receptive Fields of Convolutional Neural Networks"; the largest where branches meet.
std::vector<StepCost> costs(const Graph& graph);

}  // namespace dlt::models::vision
