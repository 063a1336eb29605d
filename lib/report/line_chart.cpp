#include "report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace dlt::report {
namespace {

constexpr double width = 760, height = 460;
constexpr double right = width - 24, bottom = height - 58;

// Distinct for colour-blind readers too (Okabe and Ito 2008).
constexpr std::string_view colours[] = {"#0072b2", "#d55e00", "#009e73",
                                        "#cc79a7", "#e69f00", "#56b4e9"};

std::string_view colour(std::size_t series) { return colours[series % std::size(colours)]; }

bool is_named(const Series& s) { return s.beside < 0; }

// One axis, ready to draw: values to pixels.
struct Ruler {
  Range range;
  Scale scale;
  double first, last;  // pixels of range.low and range.high

  double operator()(double value) const {
    // Far outside is as good as outside, and keeps the numbers in the file short.
    const double at = std::clamp(place(value, range, scale), -4.0, 5.0);
    return first + (last - first) * at;
  }
};

bool drawable(double value, Scale scale) {
  return std::isfinite(value) && std::fabs(value) < 1e300 && (scale == Scale::linear || value > 0);
}

class Extent {
 public:
  explicit Extent(Scale scale) : scale_(scale) {}
  void add(double value) {
    if (!drawable(value, scale_)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  Range range() const {
    if (low_ > high_) return scale_ == Scale::log ? Range{1, 10} : Range{0, 1};  // no data
    return {low_, high_};
  }

 private:
  Scale scale_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
};

// At most the first, lowest, highest and last point of every column of pixels, in their order.
Points thinned(const Points& pixels) {
  if (pixels.size() <= 2000) return pixels;
  Points out;
  for (std::size_t begin = 0, end = 0; begin < pixels.size(); begin = end) {
    std::size_t low = begin, high = begin;
    for (; end < pixels.size() && std::floor(pixels[end].first) == std::floor(pixels[begin].first);
         ++end) {
      if (pixels[end].second < pixels[low].second) low = end;
      if (pixels[end].second > pixels[high].second) high = end;
    }
    std::size_t chosen[] = {begin, std::min(low, high), std::max(low, high), end - 1};
    for (auto* i = chosen; i != std::unique(std::begin(chosen), std::end(chosen)); ++i) {
      out.push_back(pixels[*i]);
    }
  }
  return out;
}

class Drawing {
 public:
  explicit Drawing(const LineChart& chart) : c_(chart), svg_(width, height) {
    Extent x(c_.x.scale), y(c_.y.scale);
    for (const Series& s : c_.series) {
      for (const auto& [at, value] : s.points) {
        if (!drawable(at, c_.x.scale) || !drawable(value, c_.y.scale)) continue;
        x.add(at);
        y.add(value);
      }
    }
    for (const Level& l : c_.levels) y.add(l.value);
    for (const Mark& m : c_.marks) x.add(m.at);
    top_ = (c_.subtitle.empty() ? 44 : 62) + (has_legend() ? 24 : 0);
    const Range rows = padded(y.range(), c_.y.scale);
    y_ = {rows, c_.y.scale, bottom, top_};
    y_ticks_ = ticks(rows, c_.y.scale, 6);
    double widest = 0;
    for (const Tick& t : y_ticks_) widest = std::max(widest, text_width(t.label, 12));
    left_ = 44 + widest;
    x_ = {c_.x.scale == Scale::log ? padded(x.range(), Scale::log) : flat_padded(x.range()),
          c_.x.scale, left_, right};
  }

  std::string draw() && {
    grid();
    svg_.clip(left_, top_, right - left_, bottom - top_);
    marks();
    for (std::size_t i = 0; i < c_.series.size(); ++i) curve(i);
    svg_.unclip();
    levels();
    titles();
    if (has_legend()) legend();
    return std::move(svg_).done();
  }

 private:
  bool has_legend() const { return std::ranges::count_if(c_.series, is_named) > 1; }

  // Of the series, or the one it belongs to.
  std::string_view colour_of(std::size_t i) const {
    const Series& s = c_.series[i];
    return colour(is_named(s) ? i : static_cast<std::size_t>(s.beside));
  }

  // Curves may touch the frame at their sides, where they carry no markers.
  Range flat_padded(Range data) const {
    const bool markers = std::ranges::any_of(c_.series, [](const Series& s) { return s.markers; });
    return markers || data.high <= data.low ? padded(data, Scale::linear) : data;
  }

  void grid() {
    for (const Tick& t : y_ticks_) {
      svg_.line(left_, y_(t.value), right, y_(t.value), {.stroke = "#e4e4e4"});
      svg_.text(left_ - 8, y_(t.value) + 4, t.label, {.anchor = Anchor::end, .fill = "#555"});
    }
    double free = -1e9;  // where the next label may begin
    for (const Tick& t : ticks(x_.range, x_.scale, 8)) {
      svg_.line(x_(t.value), top_, x_(t.value), bottom, {.stroke = "#e4e4e4"});
      const double half = text_width(t.label, 12) / 2;
      if (x_(t.value) - half < free) continue;
      free = x_(t.value) + half + 6;
      svg_.text(x_(t.value), bottom + 18, t.label, {.anchor = Anchor::middle, .fill = "#555"});
    }
    svg_.rect(left_, top_, right - left_, bottom - top_, "none", {.stroke = "#999"});
  }

  void curve(std::size_t i) {
    const Series& s = c_.series[i];
    Points stretch;
    const auto finish = [&] {
      const Points line = thinned(stretch);
      svg_.path(line, {.stroke = colour_of(i), .width = 1.8, .dashes = is_named(s) ? "" : "5 4"});
      if (line.size() == 1 || s.markers) {
        for (const auto& [x, y] : line) svg_.dot(x, y, 3.5, colour_of(i));
      }
      stretch.clear();
    };
    for (const auto& [x, y] : s.points) {
      if (drawable(x, c_.x.scale) && drawable(y, c_.y.scale)) {
        stretch.emplace_back(x_(x), y_(y));
      } else {
        finish();
      }
    }
    finish();
  }

  void marks() {
    for (const Mark& m : c_.marks) {
      svg_.line(x_(m.at), top_, x_(m.at), bottom, {.stroke = "#999", .dashes = "2 4"});
      svg_.text(x_(m.at) - 5, top_ + 8, m.word,
                {.size = 11, .anchor = Anchor::end, .fill = "#777", .upwards = true});
    }
  }

  void levels() {
    for (const Level& l : c_.levels) {
      const double y = y_(l.value);
      svg_.line(left_, y, right, y, {.stroke = "#666", .width = 1.2, .dashes = "6 4"});
      const double size = text_width(l.name, 12);
      const double at = y - top_ < 24 ? y + 16 : y - 7;
      svg_.rect(right - size - 12, at - 11, size + 8, 15, "#fff");
      svg_.text(right - 8, at, l.name, {.anchor = Anchor::end, .fill = "#555"});
    }
  }

  void titles() {
    svg_.text(left_, 26, c_.title, {.size = 16, .fill = "#111", .bold = true});
    svg_.text(left_, 46, c_.subtitle, {.size = 12, .fill = "#666"});
    svg_.text((left_ + right) / 2, height - 16, c_.x.title, {.size = 13, .anchor = Anchor::middle});
    svg_.text(20, (top_ + bottom) / 2, c_.y.title,
              {.size = 13, .anchor = Anchor::middle, .upwards = true});
  }

  void legend() {
    double x = left_;
    for (std::size_t i = 0; i < c_.series.size(); ++i) {
      if (!is_named(c_.series[i])) continue;
      svg_.line(x, top_ - 14, x + 20, top_ - 14, {.stroke = colour(i), .width = 2.5});
      if (c_.series[i].markers) svg_.dot(x + 10, top_ - 14, 3.5, colour(i));
      svg_.text(x + 26, top_ - 10, c_.series[i].name);
      x += 26 + text_width(c_.series[i].name, 12) + 22;
    }
  }

  const LineChart& c_;
  Svg svg_;
  double top_ = 0, left_ = 0;
  Ruler x_{}, y_{};
  std::vector<Tick> y_ticks_;
};

}  // namespace

std::string svg(const LineChart& chart) { return Drawing(chart).draw(); }

}  // namespace dlt::report
