#include "api/layer.h"

#include "api/layer_families.h"

namespace dlt::api {

const Registry<LayerType>& layers() {
  static const Registry<LayerType> all = [] {
    LayerEntries rows;
    for (const auto family : {linear_layers, conv_layers, norm_layers, pool_layers,
                              recurrent_layers, shape_layers, activation_layers}) {
      for (auto& row : family()) rows.push_back(std::move(row));
    }
    return Registry<LayerType>("layer", std::move(rows), {"layers", "nn"});
  }();
  return all;
}

Layer make_layer(const LayerType& type, config::Reader& attributes, const nn::Scope& scope,
                 const Shape& input) {
  if (!type.attributes.empty()) attributes.preset(type.attributes);
  return type.make(attributes, scope, input);
}

void need_axes(const Shape& input, int axes, std::string_view what) {
  require(input.rank() == axes, "needs an input {}, got {}", what, input);
}

std::int64_t inferred(config::Reader& r, std::string_view key, const Shape& input, int axis) {
  require(input.rank() >= 2, "needs an input of 2 axes or more, got {}", input);
  const std::int64_t arrives = input.dim(axis);
  std::int64_t given = arrives;
  r.field(key, given);
  if (given == arrives) return given;
  const char* hint =
      axis == -1 && input.rank() > 2 ? " (layers.flatten makes one axis of all)" : "";
  r.fail(key,
         fmt::format("expected {}, as its input is {}{}, got {}", arrives, input, hint, given));
}

}  // namespace dlt::api
