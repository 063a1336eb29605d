#include "nn/sequential.h"

#include "base/error.h"

namespace dlt::nn {

void Sequential::add(std::string label, Stage stage) {
  stages_.push_back({std::move(label), std::move(stage)});
}

Tensor Sequential::operator()(const Tensor& x, Training* training) const {
  Pass pass{training, {}};
  Tensor y = x;
  for (const Labelled& stage : stages_) {
    const Frame frame("layer", stage.label);
    y = stage.run(y, pass);
  }
  return y;
}

}  // namespace dlt::nn
