#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace dlt::report {

struct Cell {
  double value = std::nan("");  // not finite: hatched, with the word
  std::string word;             // "diverged"
};

struct HeatPanel {
  std::string title;
  std::vector<std::vector<Cell>> rows;  // [row][column], the first row at the bottom
};

// Panels of equal axes side by side, one colour scale for all.
// The best cell of the figure is outlined, the best of each column (where it has two values to
// choose from) carries a dot.
struct HeatMap {
  std::string title;
  std::string value_name;
  std::string x_title, y_title;
  std::vector<std::string> columns, rows;  // labels
  std::vector<HeatPanel> panels;
  bool large_is_good = false;  // else small values are the good ones
};

std::string svg(const HeatMap& map);

// The colour at t in [0, 1]: dark blue at 0 by green to pale yellow at 1, in even steps of
// lightness. "#rrggbb".
std::string even_colour(double t);

}  // namespace dlt::report
