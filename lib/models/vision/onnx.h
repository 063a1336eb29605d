#pragma once

#include <string>
#include <vector>

#include "io/onnx_file.h"
#include "models/vision/fold.h"

namespace dlt::models::vision {

// What a program needs to know of a network beside its graph; written as metadata: "task",
// "classes" (a JSON list), "mean" and "std" (JSON lists, of pixels in [0, 1]), "input_size" (height
// x width).
struct OnnxNotes {
  std::string task;                  // "classify", "segment", "enlarge"
  std::vector<std::string> classes;  // none: not written
  std::vector<double> mean, deviation;
};

// Opset 17: "input" [batch, channels, height, width] to "output". Batch, height and width can vary;
// height and width cannot where a pooling step's windows had to be padded for one size.
io::OnnxModel to_onnx(const Folded& net, const OnnxNotes& notes);

}  // namespace dlt::models::vision
