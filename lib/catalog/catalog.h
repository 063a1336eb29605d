#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "config/reader.h"

// Every public name of the program in one list, whatever registry it is in.
namespace dlt::catalog {

struct Item {
  std::string_view kind;  // "operator", "layer", "optimizer", ...
  Names names;
  std::string_view summary;
  // What `{"name": ...}` or --attrs may hold, with defaults; empty: it takes nothing.
  std::function<std::vector<config::Attribute>()> attributes;
  std::string_view signature;           // of an operator: "x, weight -> y"
  std::string_view example_attributes;  // of an operator
};

// By kind, then as the registries have them. Making it checks that no dotted name means two things.
const std::vector<Item>& everything();

// What a name means: one thing, or several if it is short ("linear" is an operator, a layer and a
// schedule). An unknown name is an Error with the nearest one.
std::vector<const Item*> find(std::string_view name);

}  // namespace dlt::catalog
