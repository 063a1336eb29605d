#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/tiny.h"
#include "support/folder.h"
#include "support/xml.h"

namespace dlt::test {

using Catch::Contains;
using nlohmann::json;

TEST_CASE("growth times steps by the length of sequences", "[cli]") {
  const Folder folder;
  const std::string mamba = "configs/bench/growth-mamba.json",
                    s4d = "configs/bench/growth-s4d.json";
  const Args narrow = {"--set", "model.width=8", "--seconds", "0.01", "--lengths"};

  Args table = {"growth", mamba, s4d, "-o", folder / "growth.svg"};
  table.insert(table.end(), narrow.begin(), narrow.end());
  table.emplace_back("8,16");
  const Ended run = dlt(table);
  CHECK(run.code == 0);
  CHECK(run.err == "");
  CHECK(std::ranges::count(run.out, '\n') == 5);
  CHECK_THAT(run.out, Contains("\n" + s4d + "         16 "));
  const Xml xml = read_xml(contents(folder / "growth.svg"));
  for (const char* text : {"growth-mamba", "growth-s4d", "seconds"}) {
    CHECK(std::ranges::count(xml.texts, text) == 1);
  }

  Args one = {"growth", mamba, "--json"};
  one.insert(one.end(), narrow.begin(), narrow.end());
  one.emplace_back("8,16,40");
  const json points = json::parse(dlt(one).out)["points"];
  REQUIRE(points.size() == 3);
  CHECK(points[0]["growth"].is_null());
  CHECK(points[1]["growth"] ==
        points[1]["step_seconds"].get<double>() / points[0]["step_seconds"].get<double>());
  CHECK(points[2]["growth"].is_null());
  CHECK(points[2]["array_bytes"] > points[1]["array_bytes"]);
}

TEST_CASE("growth times tokens by the number of those before them", "[cli]") {
  const Folder folder;
  const json points = json::parse(
      dlt({"growth", "configs/bench/growth-mamba.json", "--set", "model.width=8", "--generate",
           "--lengths", "4000,40,80,40", "--json", "-o", folder / "growth.svg"})
          .out)["points"];
  REQUIRE(points.size() == 3);
  CHECK(points[0]["length"] == 40);
  CHECK(points[2]["length"] == 4000);
  CHECK(points[1]["growth"] ==
        points[1]["token_seconds"].get<double>() / points[0]["token_seconds"].get<double>());
  CHECK(points[2]["array_bytes"] == points[1]["array_bytes"]);
  CHECK_THAT(contents(folder / "growth.svg"), Contains("tokens before it"));
}

TEST_CASE("growth needs lengths and models that have one", "[cli]") {
  refuses({"growth", "configs/bench/growth-mamba.json"}, 2,
          "--lengths is required (see `dlt growth --help`)");
  refuses({"growth", "configs/smoke/mlp-moons.json", "--lengths", "8"}, 2,
          "'configs/smoke/mlp-moons.json' has a model without model.context: there is no length to "
          "change");
  const Folder folder;
  const std::string classes = folder / "classes.json";
  write_file(classes, R"({"model": {"name": "seq.transformer", "width": 8, "heads": 1}})");
  refuses({"growth", classes, "--generate", "--lengths", "8"}, 2,
          "'" + classes + "' has no language model: --generate needs one that continues a text");
}

}  // namespace dlt::test
