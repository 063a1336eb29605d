#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/vision/graph.h"
#include "nn/params.h"

namespace dlt::models::vision {

// A step of inference: no BatchNorm, no Dropout, no unused step.
struct FoldedStep {
  std::string name;  // of the step it comes from
  Layer layer;
  std::vector<Value> inputs;
  Shape output;                          // of one image
  std::optional<Activation> activation;  // afterwards: of convolutions, Linear and Add
  Tensor weight, bias;  // as the layer's op takes them; undefined where it has none
};

struct Folded {
  std::vector<FoldedStep> steps;  // in order; step 0 is the Input
  Value output;
};

// What a network computes without training, in fewer steps. Batch norms go into the convolution
// before them (in double) if nobody else reads that, else they become a convolution
// of each channel. Weights that nothing was folded into are shared. An Error
// (Exit::damaged) where `weights` lacks an array or has it in another shape.
Folded fold(const Graph& graph, const nn::StateDict& weights);

}  // namespace dlt::models::vision
