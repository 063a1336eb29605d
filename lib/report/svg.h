#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dlt::report {

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 12;
  Anchor anchor = Anchor::start;
  std::string_view fill = "#333";
  bool bold = false;
  bool upwards = false;  // turned by 90 degrees around its place
};

struct LineStyle {
  std::string_view stroke = "#333";
  double width = 1;
  std::string_view dashes = "";  // as in stroke-dasharray
};

using Points = std::vector<std::pair<double, double>>;

// An SVG 1.1 drawing in the making: plain shapes, no scripts, sizes in pixels from the top left.
class Svg {
 public:
  Svg(double width, double height);

  void rect(double x, double y, double width, double height, std::string_view fill,
            const LineStyle& border = {.width = 0});
  void line(double x1, double y1, double x2, double y2, const LineStyle& style);
  void path(const Points& points, const LineStyle& style);
  void dot(double x, double y, double radius, std::string_view fill);
  void text(double x, double y, std::string_view text, const TextStyle& style = {});
  void clip(double x, double y, double width, double height);  // what follows, up to unclip()
  void unclip();

  std::string done() &&;  // the file

 private:
  std::string body_;
  int clips_ = 0;
};

inline constexpr std::string_view hatching = "url(#hatching)";  // a fill for what is missing

// An estimate for sans-serif fonts: wide letters as wide as they are high.
double text_width(std::string_view text, double size);

// For text between tags and in attributes. Bytes that XML 1.0 cannot hold become U+FFFD.
std::string escape_xml(std::string_view text);

}  // namespace dlt::report
