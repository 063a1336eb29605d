#pragma once

#include <vector>

#include "io/onnx_file.h"
#include "models/vision/graph.h"

// Layers in the words of ONNX's operators.
namespace dlt::models::vision {

using Ints = std::vector<std::int64_t>;
using Attributes = std::vector<io::OnnxAttribute>;

inline Ints ints(const ops::Pair& p) { return {p[0], p[1]}; }
inline Ints around(const ops::Pair& p) { return {p[0], p[1], p[0], p[1]}; }  // both sides alike

Attributes attributes(const Conv& c);
Attributes attributes(const ConvTranspose& c);
Attributes attributes(const Resize& r);

}  // namespace dlt::models::vision
