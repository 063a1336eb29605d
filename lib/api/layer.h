#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"
#include "nn/params.h"
#include "nn/sequential.h"

// Layers by public name: what a model's list of layers is read with. One row a layer in
// layers_<family>.cpp.
namespace dlt::api {

// A layer that was made.
struct Layer {
  nn::Stage run;
  // Multiply-adds of one example: for each element of its result, and beside those.
  std::int64_t macs_per_output = 0;
  std::int64_t macs = 0;
};

// Reads its attributes, under PyTorch's names, and makes its parameters in `scope`. `input` is the
// shape of what arrives, the first axis being the batch; it stands in for in_channels, in_features
// and num_features where they are not given.
using MakeLayer = Layer (*)(config::Reader& attributes, const nn::Scope& scope, const Shape& input);

struct LayerType {
  MakeLayer make;
  // Attributes that work for some input of example_input(); serves documentation and tests.
  std::string_view example = "{}";
  std::string_view defaults = "{}";  // of its own, for some attributes
  bool operator==(const LayerType&) const = default;
};

// A layer that is another one with some attributes fixed beforehand, as functools.partial does it:
// whoever uses it may give them another value.
constexpr LayerType preset(MakeLayer make, std::string_view defaults, std::string_view example) {
  return {make, example, defaults};
}

using LayerEntries = std::vector<Exported<LayerType>>;
const Registry<LayerType>& layers();

Layer make_layer(const LayerType& type, config::Reader& attributes, const nn::Scope& scope,
                 const Shape& input);

// Of a layer's example: what arrives, and what its attributes are.
Shape example_input(const LayerType& type);
std::vector<config::Attribute> layer_attributes(const LayerType& type);

}  // namespace dlt::api
