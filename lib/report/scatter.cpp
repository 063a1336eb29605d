#include "report/scatter.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/scatter_page.h"
#include "report/svg.h"

namespace dlt::report {
namespace {

constexpr double width = 1000, height = 800, margin = 16;
constexpr double radius = 2.6, letters = 11;

// Distinct for colour-blind readers too: Okabe and Ito (2008), and a brown and a grey.
constexpr std::string_view colours[most_groups] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                   "#e69f00", "#56b4e9", "#7f4f24", "#7a7a7a"};

struct Box {
  double left, top, right, bottom;

  bool meets(const Box& o) const {
    return left < o.right && o.left < right && top < o.bottom && o.top < bottom;
  }
  bool inside(const Box& o) const {
    return left >= o.left && right <= o.right && top >= o.top && bottom <= o.bottom;
  }
};

struct Label {
  double x, y;  // of its anchor, on the line of writing
  Anchor anchor;
  Box box;
};

// Around a dot at (x, y), the better place first.
std::vector<Label> places(double x, double y, double wide) {
  const auto label = [&](double dx, double dy, Anchor anchor) {
    const double left = anchor == Anchor::start    ? x + dx
                        : anchor == Anchor::middle ? x + dx - wide / 2
                                                   : x + dx - wide;
    const double base = y + dy;
    return Label{x + dx, base, anchor, {left, base - 0.78 * letters, left + wide, base + 2.5}};
  };
  return {label(5, 3.5, Anchor::start), label(-5, 3.5, Anchor::end), label(0, -5, Anchor::middle),
          label(0, 12, Anchor::middle), label(4, -4, Anchor::start), label(4, 11, Anchor::start),
          label(-4, -4, Anchor::end),   label(-4, 11, Anchor::end)};
}

class Map {
 public:
  explicit Map(const Scatter& scatter) : s_(scatter), svg_(width, height) {
    const double top = margin + 26 + (s_.subtitle.empty() ? 0 : 20) + (s_.groups.empty() ? 0 : 22);
    frame_ = {margin, top, width - margin, height - margin};
    place_points();
  }

  std::string draw() && {
    svg_.text(margin, margin + 14, s_.title, {.size = 16, .fill = "#222", .bold = true});
    if (!s_.subtitle.empty()) svg_.text(margin, margin + 34, s_.subtitle, {.fill = "#666"});
    legend();
    svg_.rect(frame_.left, frame_.top, frame_.right - frame_.left, frame_.bottom - frame_.top,
              "none", {.stroke = "#bbb"});
    svg_.clip(frame_.left, frame_.top, frame_.right - frame_.left, frame_.bottom - frame_.top);
    for (std::size_t i = s_.points.size(); i-- > 0;) {  // the first on top
      svg_.dot(at_[i].first, at_[i].second, radius, colours[s_.points[i].group % most_groups]);
    }
    for (std::size_t i = 0; i < s_.points.size(); ++i) name(i);
    svg_.unclip();
    return std::move(svg_).done();
  }

  const Points& at() const { return at_; }

 private:
  // Into the frame, with room for the names, in the middle of it.
  void place_points() {
    double low[2] = {0, 0}, high[2] = {0, 0};
    for (std::size_t i = 0; i < s_.points.size(); ++i) {
      const double xy[2] = {s_.points[i].x, s_.points[i].y};
      for (int k = 0; k < 2; ++k) {
        low[k] = i == 0 ? xy[k] : std::min(low[k], xy[k]);
        high[k] = i == 0 ? xy[k] : std::max(high[k], xy[k]);
      }
    }
    constexpr double room = 36;
    const double across = frame_.right - frame_.left - 2 * room;
    const double down = frame_.bottom - frame_.top - 2 * room;
    const double wide = high[0] - low[0], tall = high[1] - low[1];
    double scale = std::min(wide > 0 ? across / wide : 1e300, tall > 0 ? down / tall : 1e300);
    if (scale > 1e299) scale = 1;  // all at one place
    for (const ScatterPoint& p : s_.points) {
      at_.emplace_back((frame_.left + frame_.right) / 2 + scale * (p.x - low[0] - wide / 2),
                       (frame_.top + frame_.bottom) / 2 - scale * (p.y - low[1] - tall / 2));
    }
  }

  void legend() {
    double x = margin;
    const double y = frame_.top - 14;
    for (std::size_t g = 0; g < s_.groups.size(); ++g) {
      svg_.rect(x, y - 4, 9, 9, colours[g % most_groups]);
      svg_.text(x + 14, y + 4, s_.groups[g], {.size = letters, .fill = "#444"});
      x += 14 + text_width(s_.groups[g], letters) + 16;
    }
  }

  int dots_under(const Box& box, std::size_t own) const {
    int count = 0;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      const auto [x, y] = at_[i];
      count += i != own && box.meets({x - radius, y - radius, x + radius, y + radius}) ? 1 : 0;
    }
    return count;
  }

  // Where no other name stands, and as few dots as can be, two at most.
  void name(std::size_t i) {
    const auto [x, y] = at_[i];
    std::optional<Label> best;
    int fewest = 3;
    for (const Label& label : places(x, y, text_width(s_.points[i].label, letters))) {
      const bool room = label.box.inside(frame_) && std::ranges::none_of(named_, [&](const Box& b) {
                          return b.meets(label.box);
                        });
      if (!room) continue;
      const int dots = dots_under(label.box, i);
      if (dots >= fewest) continue;
      fewest = dots;
      best = label;
      if (dots == 0) break;
    }
    if (!best) return;
    named_.push_back(best->box);
    svg_.text(best->x, best->y, s_.points[i].label,
              {.size = letters, .anchor = best->anchor, .fill = "#222"});
  }

  const Scatter& s_;
  Svg svg_;
  Box frame_{};
  Points at_;  // of each point, in pixels
  std::vector<Box> named_;
};

}  // namespace

std::string svg(const Scatter& scatter) { return Map(scatter).draw(); }

std::string html(const Scatter& scatter) {
  Map map(scatter);
  nlohmann::json names = nlohmann::json::array();
  for (const ScatterPoint& p : scatter.points) {
    const bool named = p.group < scatter.groups.size();
    names.push_back({p.label, named ? scatter.groups[p.group] : ""});
  }
  // Only ASCII, and no "</" that would end the script.
  std::string list = names.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  for (auto at = list.find("</"); at != list.npos; at = list.find("</", at)) {
    list.replace(at, 2, "<\\/");
  }
  const std::string picture = std::move(map).draw();
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
      "<style>\n{}</style>\n</head>\n<body>\n<p><input id=\"find\" placeholder=\"find a word\" "
      "autocomplete=\"off\"> <button id=\"whole\">whole map</button> <span "
      "id=\"said\"></span></p>\n"
      "{}<script>\nconst names = {};\n{}</script>\n</body>\n</html>\n",
      escape_xml(scatter.title), scatter_style, picture.substr(picture.find("<svg")), list,
      scatter_script);
}

}  // namespace dlt::report
