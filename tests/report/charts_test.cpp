#include <catch2/catch.hpp>
#include <cmath>

#include "report/heat_map.h"
#include "report/line_chart.h"
#include "report/svg.h"
#include "report/thinning.h"
#include "support/xml.h"

namespace dlt::report {
namespace {

bool has(const test::Xml& xml, const std::string& text) {
  return std::ranges::find(xml.texts, text) != xml.texts.end();
}

std::vector<std::string> labels(Range range, Scale scale, int wanted) {
  std::vector<std::string> all;
  for (const Tick& t : ticks(range, scale, wanted)) all.push_back(t.label);
  return all;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("ticks are round numbers", "[report]") {
  CHECK(labels({0, 1}, Scale::linear, 5) == Words{"0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels({-3, 13}, Scale::linear, 4) == Words{"0", "5", "10"});
  CHECK(labels({0, 3e7}, Scale::linear, 3) == Words{"0", "1e7", "2e7", "3e7"});
  CHECK(labels({0.001, 100}, Scale::log, 8) == Words{"0.001", "0.01", "0.1", "1", "10", "100"});
  CHECK(labels({1, 60}, Scale::log, 8) == Words{"1", "2", "5", "10", "20", "50"});
  CHECK(labels({1e-12, 1e12}, Scale::log, 6).size() <= 8);
  CHECK(labels({2.1, 2.4}, Scale::log, 3) == Words{"2.1", "2.2", "2.3", "2.4"});
}

TEST_CASE("a range is widened so that it can be drawn", "[report]") {
  for (const double value : {0.0, 5.0, -1e300, 1e-250}) {
    const Range r = padded({value, value}, Scale::linear);
    CHECK(r.low < value);
    CHECK(r.high > value);
  }
  CHECK(padded({1, 1}, Scale::log).low == 0.5);
}

TEST_CASE("text in a picture is escaped and what XML cannot hold is replaced", "[report]") {
  CHECK(escape_xml("a<b & \"c\">d") == "a&lt;b &amp; &quot;c&quot;&gt;d");
  CHECK(escape_xml("学习率 é") == "学习率 é");
  CHECK(escape_xml(std::string("\x01z\xff\xC3", 4)) == "\uFFFDz\uFFFD\uFFFD");
  CHECK(escape_xml("\uFFFE") == "\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("a line chart is well-formed and shows what it was given", "[report]") {
  const LineChart chart = {.title = "loss < 3 & \"more\"",
                           .subtitle = "two runs",
                           .x = {"step", Scale::log},
                           .y = {"loss"},
                           .series = {{"training", {{1, 3}, {10, 2}, {100, 1}}, true},
                                      {"validation", {{1, 3.2}, {10, std::nan("")}, {100, 1.5}}}},
                           .levels = {{1.2, "best"}},
                           .marks = {{1000, "diverged"}}};
  const auto xml = test::read_xml(svg(chart));
  for (const char* text : {"loss < 3 & \"more\"", "two runs", "step", "loss", "training",
                           "validation", "best", "diverged", "1", "10", "100", "1000"}) {
    CAPTURE(text);
    CHECK(has(xml, text));
  }
  CHECK(xml.elements.at("path") == 3);  // the gap parts the second series
  CHECK(xml.elements.count("script") == 0);
}

TEST_CASE("charts of nothing, of one point and of wild numbers are drawn", "[report]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const Points& points :
       {Points{}, Points{{1, 1}}, Points{{0, 0}, {0, 0}}, Points{{1, -4e290}, {2, 4e290}},
        Points{{1, inf}, {-3, 2}}, Points{{1, 1e-300}, {2, 2e-300}}}) {
    for (const Scale scale : {Scale::linear, Scale::log}) {
      const auto text =
          svg(LineChart{"t", "", {"x", scale}, {"y", scale}, {{"s", points, false}}, {}, {}});
      CHECK_NOTHROW(test::read_xml(text));
      CHECK(text.find("nan") == std::string::npos);
      CHECK(text.find("inf") == std::string::npos);
    }
  }
}

TEST_CASE("a long curve makes a small picture that keeps its extremes", "[report]") {
  Points points;
  for (int i = 0; i < 200000; ++i) points.emplace_back(i, i == 77777 ? 9.0 : std::sin(i));
  const auto text = svg(LineChart{"t", "", {"x"}, {"y"}, {{"s", points, false}}, {}, {}});
  CHECK(text.size() < 60000);
  CHECK(text.find(" 61.") != std::string::npos);  // the one point at the top
}

TEST_CASE("a curve is thinned as it comes and keeps its extremes", "[report]") {
  Thinning t;
  for (int k = 1; k <= 1000000; ++k) t.add(k, k == 765432 ? 50 : k % 2);
  const Points points = t.points();
  CHECK(points.size() < 2600);
  CHECK(points[999] == std::pair(1000.0, 0.0));
  CHECK(points.back().first == 1e6);
  CHECK(std::ranges::find(points, std::pair(765432.0, 50.0)) != points.end());
  CHECK(std::ranges::is_sorted(points, {}, [](const auto& p) { return p.first; }));
  CHECK(Thinning().points().empty());
}

TEST_CASE("a heat map prints values, hatches what is missing and outlines the best", "[report]") {
  const HeatMap map = {.title = "loss by lr & decay",
                       .value_name = "valid_loss",
                       .x_title = "lr",
                       .y_title = "decay",
                       .columns = {"1e-3", "1e-2"},
                       .rows = {"0", "0.1"},
                       .panels = {{"adam", {{{2.5, ""}, {2.25, ""}}, {{3, ""}, {NAN, "diverged"}}}},
                                  {"adamw", {{{2.7, ""}, {2, ""}}, {{2.6, ""}, {4, ""}}}}}};
  const std::string text = svg(map);
  const auto xml = test::read_xml(text);
  for (const char* word :
       {"loss by lr & decay", "valid_loss", "lr", "decay", "1e-3", "0.1", "adam", "adamw", "2.500",
        "2.000", "diverged", "outlined: the best; dot: the best decay of each lr"}) {
    CAPTURE(word);
    CHECK(has(xml, word));
  }
  CHECK(xml.elements.at("circle") == 4);
  std::size_t outlines = 0;
  for (auto at = text.find("#d55e00"); at != std::string::npos; at = text.find("#d55e00", at + 1)) {
    ++outlines;
  }
  CHECK(outlines == 1);
  CHECK(text.find("url(#hatching)") != std::string::npos);
}

TEST_CASE("a heat map without a single value is drawn", "[report]") {
  CHECK_NOTHROW(test::read_xml(
      svg(HeatMap{"t", "v", "x", "", {"a"}, {"b"}, {{"", {{{std::nan(""), "not yet"}}}}}})));
}

TEST_CASE("the colours of a heat map go evenly from dark to light", "[report]") {
  // Relative luminance of sRGB (IEC 61966-2-1), its cube root as in CIE L*.
  const auto lightness = [](const std::string& hex) {
    double y = 0;
    const double shares[] = {0.2126, 0.7152, 0.0722};
    for (std::size_t i = 0; i < 3; ++i) {
      const double c = std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
      y += shares[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return 116 * std::cbrt(y) - 16;
  };
  for (int i = 0; i < 20; ++i) {
    const double step = lightness(even_colour((i + 1) / 20.0)) - lightness(even_colour(i / 20.0));
    CHECK(step > 2);
    CHECK(step < 4.5);
  }
}

TEST_CASE("a series beside another has its colour, dashes and no name in the legend", "[report]") {
  const LineChart chart = {.title = "",
                           .subtitle = "",
                           .x = {"x"},
                           .y = {"y"},
                           .series = {{"one", {{0, 1}, {1, 2}}},
                                      {"two", {{0, 2}, {1, 3}}},
                                      {"kin of two", {{0, 4}, {1, 5}}, false, 1}},
                           .levels = {},
                           .marks = {}};
  const std::string drawn = svg(chart);
  const test::Xml xml = test::read_xml(drawn);
  CHECK(has(xml, "two"));
  CHECK_FALSE(has(xml, "kin of two"));
  CHECK(drawn.find("stroke-dasharray=\"5 4\"") != std::string::npos);
  CHECK(drawn.find("#009e73") == std::string::npos);  // the third colour
}

}  // namespace dlt::report
