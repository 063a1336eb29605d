#pragma once

#include <map>
#include <string>

#include "tensor/tensor.h"

namespace dlt::autograd {

// What `root` was made of, in Graphviz's language DOT: a box for each op with the shape of its
// result, an ellipse for each tensor that needs a gradient and was not made by an op. `names` of
// those by Tensor::body().
std::string graph_as_dot(const Tensor& root, const std::map<const void*, std::string>& names);

}  // namespace dlt::autograd
