#pragma once

#include "models/vision/graph.h"

namespace dlt::models::vision {

// Of a step that is to be added to `graph`, for one image. An Error (Exit::usage) that names the
// step and its inputs' shapes if the layer cannot take them.
Shape output_shape(const Step& step, const Graph& graph);

}  // namespace dlt::models::vision
