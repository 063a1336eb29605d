#pragma once

#include "api/layer.h"
#include "nn/linear.h"

namespace dlt::api {

// The rows of layers(), one file a family.
LayerEntries linear_layers();
LayerEntries conv_layers();
LayerEntries norm_layers();
LayerEntries pool_layers();
LayerEntries recurrent_layers();
LayerEntries shape_layers();
LayerEntries activation_layers();

// The size of an input axis under an attribute's name; one that is given must be right.
std::int64_t inferred(config::Reader& r, std::string_view key, const Shape& input, int axis);

// An Error unless the input has this many axes; `what`: "[batch, channels, height, width]".
void need_axes(const Shape& input, int axes, std::string_view what);

nn::Bias read_bias(config::Reader& r);  // the attribute "bias", true by default

constexpr std::int64_t most_channels = 1 << 20;
constexpr std::int64_t widest = 1 << 12;  // of kernels, strides, paddings

}  // namespace dlt::api
