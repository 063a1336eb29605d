#include "report/svg.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/utf8.h"

namespace dlt::report {
namespace {

constexpr std::string_view font = "Helvetica, Arial, 'DejaVu Sans', 'Noto Sans CJK SC', sans-serif";

// Two decimals at most: "12", "12.5", "0.25".
std::string number(double x) {
  std::string text = fmt::format("{:.2f}", x);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string stroke(const LineStyle& s) {
  if (s.width <= 0) return "";
  return fmt::format(R"( stroke="{}" stroke-width="{}"{})", s.stroke, number(s.width),
                     s.dashes.empty() ? "" : fmt::format(R"( stroke-dasharray="{}")", s.dashes));
}

// The bytes of the character that `text` starts with, 0 if it is none that XML 1.0 can hold.
std::size_t character(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.front());
  const bool control = c < 0x20 && c != '\t' && c != '\n';
  const bool nonsense = text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
  return control || nonsense ? 0 : utf8_length(text);
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character(text);
    switch (text.front()) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += size == 0 ? "\xEF\xBF\xBD" : text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

double text_width(std::string_view text, double size) {
  double ems = 0;
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t bytes = std::max<std::size_t>(character(text), 1);
    const bool narrow = std::string_view(".,:;|!'ijl ()[]").find(c) != std::string_view::npos;
    ems += bytes >= 3 ? 1 : narrow ? 0.32 : (c >= 'A' && c <= 'Z') || c == 'm' ? 0.74 : 0.58;
    text.remove_prefix(bytes);
  }
  return ems * size;
}

Svg::Svg(double width, double height) {
  body_ = fmt::format(
      R"svg(<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}"
 font-family="{2}">
<defs><pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse"
 patternTransform="rotate(45)">
<rect width="6" height="6" fill="#f4f4f4"/>
<line x1="0" y1="0" x2="0" y2="6" stroke="#d4d4d4" stroke-width="2"/>
</pattern></defs>
<rect width="{0}" height="{1}" fill="#fff"/>
)svg",
      number(width), number(height), font);
}

void Svg::rect(double x, double y, double width, double height, std::string_view fill,
               const LineStyle& border) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}/>\n",
                       number(x), number(y), number(width), number(height), fill, stroke(border));
}

void Svg::line(double x1, double y1, double x2, double y2, const LineStyle& style) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>\n", number(x1),
                       number(y1), number(x2), number(y2), stroke(style));
}

void Svg::path(const Points& points, const LineStyle& style) {
  if (points.empty()) return;
  body_ += "<path d=\"M";
  for (const auto& [x, y] : points) body_ += fmt::format(" {} {}", number(x), number(y));
  body_ += fmt::format("\" fill=\"none\" stroke-linejoin=\"round\"{}/>\n", stroke(style));
}

void Svg::dot(double x, double y, double radius, std::string_view fill) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n", number(x), number(y),
                       number(radius), fill);
}

void Svg::text(double x, double y, std::string_view text, const TextStyle& s) {
  constexpr std::string_view anchors[] = {"start", "middle", "end"};
  body_ += fmt::format(
      "<text x=\"{0}\" y=\"{1}\" font-size=\"{2}\" text-anchor=\"{3}\" fill=\"{4}\"{5}{6}>"
      "{7}</text>\n",
      number(x), number(y), number(s.size), anchors[static_cast<int>(s.anchor)], s.fill,
      s.bold ? " font-weight=\"bold\"" : "",
      s.upwards ? fmt::format(" transform=\"rotate(-90 {} {})\"", number(x), number(y)) : "",
      escape_xml(text));
}

void Svg::clip(double x, double y, double width, double height) {
  ++clips_;
  body_ += fmt::format(
      "<clipPath id=\"clip{0}\"><rect x=\"{1}\" y=\"{2}\" width=\"{3}\" height=\"{4}\"/>"
      "</clipPath>\n<g clip-path=\"url(#clip{0})\">\n",
      clips_, number(x), number(y), number(width), number(height));
}

void Svg::unclip() { body_ += "</g>\n"; }

std::string Svg::done() && {
  body_ += "</svg>\n";
  return std::move(body_);
}

}  // namespace dlt::report
