#include "api/layer.h"

#include <nlohmann/json.hpp>

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
  attributes.preset(type.defaults);
  return type.make(attributes, scope, input);
}

namespace {

// Makes the example on an input of 4 axes, of 3 or of 2: the first that it takes.
std::pair<Shape, config::Reader> try_example(const LayerType& type) {
  for (const Shape& input : {Shape{1, 4, 6, 6}, Shape{1, 4, 6}, Shape{1, 4}}) {
    auto reader = config::Reader::parse_text(std::string(type.example), "example");
    nn::Params params(1);
    try {
      make_layer(type, reader, nn::Scope(params), input);
      return {input, reader};
    } catch (const Error&) {
      continue;
    }
  }
  fail("the layer's example {} fits no input", type.example);
}

}  // namespace

Shape example_input(const LayerType& type) { return try_example(type).first; }

std::vector<config::Attribute> layer_attributes(const LayerType& type) {
  auto all = try_example(type).second.attributes();
  const auto own = nlohmann::json::parse(type.defaults);
  for (config::Attribute& a : all) {
    const auto given = own.find(a.pointer.substr(1));
    if (given != own.end()) a.fallback = given->dump();
  }
  return all;
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

nn::Bias read_bias(config::Reader& r) {
  bool wanted = true;
  r.field("bias", wanted);
  return wanted ? nn::Bias::yes : nn::Bias::no;
}

}  // namespace dlt::api
