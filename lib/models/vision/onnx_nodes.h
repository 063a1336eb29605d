#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/vision/onnx_attributes.h"
#include "tensor/tensor.h"

namespace dlt::models::vision {

using Names = std::vector<std::string>;

// An ONNX graph that grows: nodes and constants with names of their own.
class OnnxNodes {
 protected:
  std::string fresh(std::string_view what) { return fmt::format("{}_{}", what, ++made_); }

  void node(std::string type, Names inputs, std::string output, Attributes attributes = {}) {
    const std::string name = fmt::format("{}/{}", name_.empty() ? "step" : name_, fresh(type));
    model_.nodes.push_back(
        {std::move(type), name, std::move(inputs), {std::move(output)}, std::move(attributes)});
  }

  std::string constant(std::string_view what, Ints values) {
    model_.constants.push_back({fresh(what), {std::ssize(values)}, std::move(values)});
    return model_.constants.back().name;
  }
  std::string constant(const std::string& name, const Tensor& t) {
    const auto values = t.values();
    model_.constants.push_back(
        {name, t.shape().dims(), std::vector<float>(values.begin(), values.end())});
    return name;
  }
  std::string scalar(std::string_view what, float value) {
    model_.constants.push_back({fresh(what), {}, std::vector<float>{value}});
    return model_.constants.back().name;
  }

  io::OnnxModel model_;
  std::string name_;  // what the nodes are a part of

 private:
  int made_ = 0;
};

}  // namespace dlt::models::vision
