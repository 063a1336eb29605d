#include "report/heat_map.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <numbers>

#include "report/axis.h"
#include "report/svg.h"

namespace dlt::report {
namespace {

constexpr double cell_height = 40, gap = 34;

double gamma_encoded(double linear) {  // sRGB, IEC 61966-2-1
  linear = std::clamp(linear, 0.0, 1.0);
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

// OKLab (Ottosson 2020) to "#rrggbb".
std::string from_oklab(double lightness, double a, double b) {
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
  const std::array<double, 3> rgb = {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
                                     -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
                                     -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
  std::string hex = "#";
  for (const double c : rgb) {
    hex += fmt::format("{:02x}", static_cast<int>(std::lround(255 * gamma_encoded(c))));
  }
  return hex;
}

// Where a value lies on the scale of colours. The scale ends with the largest value that is at most
// four times as far from the best as the median: a few that almost diverged do not take all
// colours.
class Colours {
 public:
  explicit Colours(const HeatMap& map) : sign_(map.large_is_good ? -1 : 1) {
    std::vector<double> values;
    for (const HeatPanel& panel : map.panels) {
      for (const auto& row : panel.rows) {
        for (const Cell& cell : row) {
          if (std::isfinite(cell.value)) values.push_back(sign_ * cell.value);
        }
      }
    }
    if (values.empty()) return;
    std::ranges::sort(values);
    low_ = values.front();
    high_ = values.back();
    const double median = values[values.size() / 2];
    const double end = low_ + 4 * (median - low_);
    cut_ = median > low_ && end < high_;
    if (cut_) high_ = *std::prev(std::ranges::upper_bound(values, end));
  }

  double at(double value) const {
    return high_ > low_ ? std::clamp((sign_ * value - low_) / (high_ - low_), 0.0, 1.0) : 0.0;
  }
  double best() const { return sign_ * low_; }
  double worst() const { return sign_ * high_; }
  bool cut() const { return cut_; }

 private:
  double sign_;  // times it, small values are the good ones
  double low_ = 0, high_ = 0;
  bool cut_ = false;
};

// Four digits, zeros at the end too, so that the values of a map have one form.
std::string cell_text(double value) {
  if (std::fabs(value) < 1e-3 || std::fabs(value) >= 1e4) return short_value(value);
  std::string text = fmt::format("{:#.4g}", value);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

class Drawing {
 public:
  explicit Drawing(const HeatMap& map)
      : m_(map),
        colours_(map),
        cell_(cell_width()),
        left_(28 + label_width()),
        panel_width_(cell_ * static_cast<double>(m_.columns.size())),
        panel_height_(cell_height * static_cast<double>(m_.rows.size())),
        svg_(total_width(), top + panel_height_ + 82) {}

  std::string draw() && {
    svg_.text(left_, 26, m_.title, {.size = 16, .fill = "#111", .bold = true});
    svg_.text(20, top + panel_height_ / 2, m_.y_title,
              {.size = 13, .anchor = Anchor::middle, .upwards = true});
    for (std::size_t r = 0; r < m_.rows.size(); ++r) {
      svg_.text(left_ - 8, row_top(r) + cell_height / 2 + 4, m_.rows[r],
                {.anchor = Anchor::end, .fill = "#555"});
    }
    const double best = best_of_all();
    for (std::size_t p = 0; p < m_.panels.size(); ++p) panel(m_.panels[p], panel_left(p), best);
    scale();
    svg_.text(left_, top + panel_height_ + 66, key(), {.size = 11, .fill = "#777"});
    return std::move(svg_).done();
  }

 private:
  static constexpr double top = 70;

  double cell_width() const {
    double widest = 52;
    for (const std::string& label : m_.columns) {
      widest = std::max(widest, text_width(label, 12) + 14);
    }
    for (const HeatPanel& panel : m_.panels) {
      for (const auto& row : panel.rows) {
        for (const Cell& cell : row) widest = std::max(widest, text_width(cell.word, 11) + 14);
      }
    }
    // Titles have room: the panel's, and for one panel the figure's.
    const auto columns = static_cast<double>(std::max<std::size_t>(m_.columns.size(), 1));
    for (const HeatPanel& panel : m_.panels) {
      widest = std::max(widest, text_width(panel.title, 14) * 1.1 / columns);
    }
    const double panels = static_cast<double>(std::max<std::size_t>(m_.panels.size(), 1));
    return std::max(widest, (text_width(m_.title, 17) - scale_room()) / panels / columns);
  }

  double scale_room() const { return 30 + std::max(70.0, text_width(m_.value_name, 12)); }

  double label_width() const {
    double widest = 16;
    for (const std::string& label : m_.rows) widest = std::max(widest, text_width(label, 12));
    return widest + 16;
  }

  double total_width() const {
    const auto panels = static_cast<double>(m_.panels.size());
    const double drawn = left_ + panels * (panel_width_ + gap) + scale_room();
    return std::max(drawn, left_ + text_width(key(), 11) + 16);
  }

  double panel_left(std::size_t p) const {
    return left_ + static_cast<double>(p) * (panel_width_ + gap);
  }
  double row_top(std::size_t r) const {
    return top + panel_height_ - cell_height * static_cast<double>(r + 1);
  }

  double better(double a, double b) const {
    if (!std::isfinite(a) || !std::isfinite(b)) return std::isfinite(a) ? a : b;
    return m_.large_is_good ? std::max(a, b) : std::min(a, b);
  }

  double best_of_all() const {
    double best = std::nan("");
    for (const HeatPanel& panel : m_.panels) {
      for (std::size_t c = 0; c < m_.columns.size(); ++c) best = better(best, best_in(panel, c));
    }
    return best;
  }

  double best_in(const HeatPanel& panel, std::size_t column) const {
    double best = std::nan("");
    for (const auto& row : panel.rows) best = better(best, row[column].value);
    return best;
  }

  std::string cut_sign() const { return !colours_.cut() ? "" : m_.large_is_good ? "≤ " : "≥ "; }

  std::string key() const {
    std::string text = "outlined: the best";
    if (m_.rows.size() > 1 && m_.columns.size() > 1) {
      text += fmt::format("; dot: the best {} of each {}", m_.y_title, m_.x_title);
    }
    return text;
  }

  void panel(const HeatPanel& panel, double left, double best) {
    svg_.text(left + panel_width_ / 2, top - 12, panel.title,
              {.size = 14, .anchor = Anchor::middle, .fill = "#111"});
    for (std::size_t c = 0; c < m_.columns.size(); ++c) {
      const double x = left + cell_ * static_cast<double>(c), column_best = best_in(panel, c);
      for (std::size_t r = 0; r < m_.rows.size(); ++r) {
        const Cell& at = panel.rows[r][c];
        const bool dotted = m_.rows.size() > 1 && m_.columns.size() > 1 && at.value == column_best;
        cell(at, x, row_top(r), dotted, at.value == best);
      }
      svg_.text(x + cell_ / 2, top + panel_height_ + 18, m_.columns[c],
                {.anchor = Anchor::middle, .fill = "#555"});
    }
    for (std::size_t r = 0; r < m_.rows.size(); ++r) {  // above the neighbours
      for (std::size_t c = 0; c < m_.columns.size(); ++c) {
        if (panel.rows[r][c].value != best) continue;
        svg_.rect(left + cell_ * static_cast<double>(c) + 1, row_top(r) + 1, cell_ - 2,
                  cell_height - 2, "none", {.stroke = "#d55e00", .width = 3});
      }
    }
    svg_.text(left + panel_width_ / 2, top + panel_height_ + 42, m_.x_title,
              {.size = 13, .anchor = Anchor::middle});
  }

  void cell(const Cell& at, double x, double y, bool dotted, bool best) {
    const LineStyle border = {.stroke = "#fff"};
    const double middle = x + cell_ / 2, line = y + cell_height / 2 + 4;
    if (!std::isfinite(at.value)) {
      svg_.rect(x, y, cell_, cell_height, hatching, border);
      svg_.text(middle, line, at.word, {.size = 11, .anchor = Anchor::middle, .fill = "#777"});
      return;
    }
    const double t = colours_.at(at.value);
    const std::string_view ink = t < 0.55 ? "#fff" : "#222";
    svg_.rect(x, y, cell_, cell_height, even_colour(t), border);
    svg_.text(middle, line, cell_text(at.value),
              {.anchor = Anchor::middle, .fill = ink, .bold = best});
    if (dotted) svg_.dot(x + cell_ - 9, y + 9, 3, ink);
  }

  void scale() {
    const double x = panel_left(m_.panels.size()) - gap + 24, size = std::max(panel_height_, 60.0);
    const double begin = top;
    constexpr int steps = 64;
    for (int i = 0; i < steps; ++i) {  // each a little higher, so that no seam shows
      const double h = size / steps;
      svg_.rect(x, begin + h * i, 14, i + 1 < steps ? h + 0.5 : h,
                even_colour(1 - (i + 0.5) / steps));
    }
    svg_.rect(x, begin, 14, size, "none", {.stroke = "#999"});
    svg_.text(x + 20, begin + 10, cut_sign() + short_value(colours_.worst()), {.fill = "#555"});
    svg_.text(x + 20, begin + size, short_value(colours_.best()), {.fill = "#555"});
    svg_.text(x, begin - 12, m_.value_name, {.fill = "#555"});
  }

  const HeatMap& m_;
  Colours colours_;
  double cell_, left_, panel_width_, panel_height_;
  Svg svg_;
};

}  // namespace

std::string even_colour(double t) {
  // Lightness and hue change evenly; chroma stays where sRGB has these colours.
  const double hue = (265 - 160 * t) * std::numbers::pi / 180;
  const double chroma = 0.085 + 0.035 * std::sin(std::numbers::pi * t);
  return from_oklab(0.36 + 0.58 * t, chroma * std::cos(hue), chroma * std::sin(hue));
}

std::string svg(const HeatMap& map) { return Drawing(map).draw(); }

}  // namespace dlt::report
