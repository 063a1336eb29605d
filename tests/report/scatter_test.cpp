#include "report/scatter.h"

#include <catch2/catch.hpp>

#include "support/xml.h"

namespace dlt::report {
namespace {

Scatter spread(int points) {
  Scatter s = {"a < b", "two groups", {"first", "second"}, {}};
  for (int i = 0; i < points; ++i) {
    s.points.push_back(
        {i % 60 * 1.0, i / 60 * 0.8, "word" + std::to_string(i), i % 2 == 0 ? 0u : 1u});
  }
  return s;
}

std::int64_t named(const test::Xml& xml) {
  return std::ranges::count_if(xml.texts, [](const auto& t) { return t.starts_with("word"); });
}

}  // namespace

TEST_CASE("a scatter plot names its points where there is room", "[report]") {
  const auto few = test::read_xml(svg(spread(12)));
  CHECK(few.elements.at("circle") == 12);
  CHECK(named(few) == 12);
  for (const char* text : {"a < b", "two groups", "first", "second"}) {
    CHECK(std::ranges::find(few.texts, text) != few.texts.end());
  }
  const auto many = test::read_xml(svg(spread(3000)));
  CHECK(many.elements.at("circle") == 3000);
  CHECK(named(many) > 100);
  CHECK(named(many) < 1500);
}

TEST_CASE("points at one place are drawn, the first with its name", "[report]") {
  Scatter s = {"t", "", {}, {{1, 1, "word1", 0}}};
  CHECK(named(test::read_xml(svg(s))) == 1);
  for (int i = 0; i < 20; ++i) s.points.push_back({1, 1, "word-longer", 9});
  const auto xml = test::read_xml(svg(s));
  CHECK(xml.elements.at("circle") == 21);
  CHECK(std::ranges::find(xml.texts, "word1") != xml.texts.end());
}

TEST_CASE("the page of a scatter plot holds all it needs", "[report]") {
  Scatter s = spread(5);
  s.points[0].label = "</script><b>\"&";
  s.points[1].label = "学习";
  const std::string page = html(s);
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.find("<title>a &lt; b</title>") != page.npos);
  CHECK(page.find("</script>") == page.rfind("</script>"));
  CHECK(page.find(R"(["<\/script><b>\"&","first"])") != page.npos);
  CHECK(page.find(R"(["\u5b66\u4e60","second"])") != page.npos);
  CHECK(page.find("<?xml") == page.npos);
  for (const char* fetch : {"src=", "href=", "url(http", "import("}) {
    CHECK(page.find(fetch) == page.npos);
  }
}

}  // namespace dlt::report
