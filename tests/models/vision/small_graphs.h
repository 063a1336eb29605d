#pragma once

#include <string>
#include <vector>

#include "models/vision/network.h"
#include "nn/params.h"

namespace dlt::models::vision {

// Graphs that together have every kind of step.
struct SmallGraph {
  std::string name;
  Graph graph;
};
std::vector<SmallGraph> small_graphs();

// A network whose weights and statistics are all neither 0 nor 1, if they are random.
struct SmallNetwork {
  nn::Params params{7};
  Network network;
  enum class Weights { random, untrained };
  explicit SmallNetwork(const Graph& graph, Weights weights = Weights::random);
};

// [batch, ...] of the graph's size, in [-1, 1).
Tensor small_pictures(const Graph& graph, std::int64_t batch);

double largest_difference(const Tensor& a, const Tensor& b);

}  // namespace dlt::models::vision
