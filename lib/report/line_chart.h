#pragma once

#include <string>
#include <vector>

#include "report/axis.h"
#include "report/svg.h"

namespace dlt::report {

struct Axis {
  std::string title;
  Scale scale = Scale::linear;
};

struct Series {
  std::string name;
  Points points;  // in the order of x; what cannot be drawn (not finite, log of <= 0) leaves a gap
  bool markers = false;
  int beside = -1;  // number of the series it belongs to: in its colour, dashed, not in the legend
};

struct Level {  // a horizontal line across the chart
  double value;
  std::string name;
};

struct Mark {  // a vertical line with a word
  double at;
  std::string word;
};

struct LineChart {
  std::string title;
  std::string subtitle;
  Axis x, y;
  std::vector<Series> series;
  std::vector<Level> levels;
  std::vector<Mark> marks;
};

// A chart of 760 x 460 pixels. Of more points than pixels the lowest and highest of each column
// are drawn, so that the file stays small and looks the same.
std::string svg(const LineChart& chart);

}  // namespace dlt::report
