#pragma once

#include <functional>
#include <vector>

#include "models/vision/graph.h"
#include "nn/context.h"
#include "nn/params.h"

namespace dlt::models::vision {

// A Graph with its parameters, under torchvision's names: "<step>.weight", "<step>.bias",
// "<step>.running_mean", ... Convolutions start as He et al. (2015) say, by their inputs; batch
// norms with 1 and 0, the rest as PyTorch's.
class Network {
 public:
  Network(const nn::Scope& s, Graph graph);

  struct Outputs {
    Tensor y;                       // [batch, ...], of the graph's output
    std::vector<Tensor> auxiliary;  // in training alone
  };
  // x [batch, channels, height, width]; without Linear layers of any height and width. What no
  // later step needs is freed on the way.
  Outputs operator()(const Tensor& x, nn::Training* training) const;
  const Graph& graph() const { return graph_; }

 private:
  struct Pass;  // what one pass carries along
  using Stage = std::function<Tensor(const std::vector<Tensor>& inputs, Pass& pass)>;
  class Maker;  // of stages

  Graph graph_;
  std::vector<Stage> stages_;
  // Per step: the last one that reads its result; -1 if nobody wants it.
  std::vector<std::int64_t> last_use_, last_use_in_training_;
};

}  // namespace dlt::models::vision
