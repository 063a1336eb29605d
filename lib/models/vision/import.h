#pragma once

#include <string>

#include "models/vision/graph.h"
#include "nn/params.h"

namespace dlt::models {

// The weights of one of vision.*, as torchvision names them.
struct ImportedClassifier {
  std::string name;    // "vision.mobilenet_v2"
  std::string config;  // of a run
  vision::Graph graph;
  nn::StateDict weights;
};

// A safetensors file, or the folder of a model.safetensors. What it is of is told by the names and
// shapes of its tensors, among the published variants. An Error (Exit::damaged) if they are those
// of none, which says what is wrong with the nearest.
ImportedClassifier import_classifier(const std::string& path);

}  // namespace dlt::models
