#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/xml.h"

namespace dlt::test {

using Catch::Contains;

TEST_CASE("report draws runs side by side, on a page or as one chart", "[cli]") {
  const Folder folder;
  const Args often = {"--set", "train.report_every=1", "--set", "train.eval_every=2"};
  make_tiny(folder / "one", often);
  make_tiny(folder / "two", often);
  const Args runs = {"report", folder / "one", folder / "two/"};

  Args page = runs;
  page.insert(page.end(), {"-o", folder / "runs.html", "--title", "A & B"});
  Ended run = dlt(page);
  CHECK(run.code == 0);
  CHECK(run.out + run.err == "");
  const std::string html = contents(folder / "runs.html");
  CHECK_THAT(html, Contains("<title>A &amp; B</title>"));
  for (const char* axis :
       {">loss<", ">perplexity<", ">lr<", ">grad_norm<", ">tokens_per_second<"}) {
    CHECK_THAT(html, Contains(axis));
  }
  CHECK_THAT(html, !Contains(">seconds<"));
  CHECK_THAT(html, Contains("<td>" + folder / "one" + "</td><td>4</td><td>valid_loss "));

  Args chart = runs;
  chart.insert(chart.end(), {"-o", folder / "loss.svg", "--metric", "perplexity"});
  CHECK(dlt(chart).code == 0);
  const Xml xml = read_xml(contents(folder / "loss.svg"));
  for (const char* text : {"perplexity", "on held-out data", "one", "two", "step"}) {
    CHECK(std::ranges::count(xml.texts, text) >= 1);
  }
}

TEST_CASE("report says what it cannot draw", "[cli]") {
  const Folder folder;
  make_tiny(folder / "run");
  refuses({"report", folder / "run", "-o", folder / "a.png"}, 2,
          "--out '" + folder / "a.png" +
              "' ends neither with .html (a page) nor with .svg (one chart)");
  refuses({"report", folder / "run", "-o", folder / "a.svg", "--metric", "loss", "--metric", "lr"},
          2,
          "--out '" + folder / "a.svg" +
              "' is one chart, for one --metric; several make a page: give a .html file");
  refuses(
      {"report", folder / "run", "-o", folder / "a.html", "--metric", "blue"}, 2,
      "no run has a metric 'blue'; there are: loss, lr, grad_norm, tokens_per_second, perplexity, "
      "bits_per_byte");
  refuses({"report", folder / "none", "-o", folder / "a.html"}, 2,
          "there is no run '" + folder / "none" + "'");
  put(folder / "run/metrics.jsonl", "");
  refuses({"report", folder / "run", "-o", folder / "a.html"}, 2,
          "'" + folder / "run" +
              "' has no reports in metrics.jsonl: there is nothing to draw before it is trained");
}

}  // namespace dlt::test
