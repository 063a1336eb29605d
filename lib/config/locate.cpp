#include "config/locate.h"

#include <fmt/core.h>

#include "base/json_scan.h"

namespace dlt::config {
namespace {

std::string parent(const std::string& pointer) { return pointer.substr(0, pointer.rfind('/')); }

bool is_inside(const std::string& pointer, const std::string& outer) {
  return pointer.starts_with(outer) &&
         (pointer.size() == outer.size() || pointer[outer.size()] == '/');
}

}  // namespace

std::string locate(const Source& source, const std::string& pointer, Part part) {
  for (std::string at = pointer; !at.empty(); at = parent(at)) {
    if (const auto set = source.set.find(at); set != source.set.end()) {
      return at == pointer ? set->second : set->second + ": " + pointer;
    }
  }
  std::string at = pointer;
  auto place = locate_json(source.text, at, Comments::yes);
  if (!place) {  // made by a --set further down
    for (const auto& [target, assignment] : source.set) {
      if (is_inside(target, pointer)) return fmt::format("{}: {}", assignment, pointer);
    }
  }
  while (!place) {
    at = parent(at);
    place = locate_json(source.text, at, Comments::yes);
  }
  const std::size_t offset = part == Part::key && at == pointer ? place->key : place->value;
  return source.name + ":" + line_and_column(source.text, offset) +
         (pointer.empty() ? "" : ": " + pointer);
}

}  // namespace dlt::config
