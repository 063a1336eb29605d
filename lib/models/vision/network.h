#pragma once

#include <memory>
#include <vector>

#include "models/vision/graph.h"
#include "nn/context.h"
#include "nn/params.h"

namespace dlt::models::vision {

// A Graph with its parameters, under torchvision's names: "<step>.weight", "<step>.bias",
// "<step>.running_mean", ...
class Network {
 public:
  Network(const nn::Scope& s, Graph graph);
  ~Network();

  struct Outputs {
    Tensor y;                       // [batch, ...], of the graph's output
    std::vector<Tensor> auxiliary;  // in training alone
  };
  // x [batch, channels, height, width]. What no later step needs is freed on the way.
  Outputs operator()(const Tensor& x, nn::Training* training) const;
  const Graph& graph() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dlt::models::vision
