#pragma once

#include <string>
#include <vector>

namespace dlt::report {

struct ScatterPoint {
  double x = 0, y = 0;
  std::string label;
  std::size_t group = 0;  // of Scatter::groups
};

// Points with names on a plane of equal scales. Of names that would cover each other the earlier
// point's stays; the other is a dot alone.
struct Scatter {
  std::string title, subtitle;
  std::vector<std::string> groups;  // names of the colours, for the legend
  std::vector<ScatterPoint> points;
};

std::string svg(const Scatter& scatter);  // 1000 x 800 pixels

// The same picture in a page of its own: the wheel zooms, dragging moves, names come up as there is
// room for them, pointing at a dot names it, a field finds words. Nothing is fetched.
std::string html(const Scatter& scatter);

// As many groups as have colours of their own; more begin again with the first.
inline constexpr std::size_t most_groups = 8;

}  // namespace dlt::report
