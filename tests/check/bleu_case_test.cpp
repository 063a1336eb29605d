#include "check/bleu_case.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "check/replay.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/paths.h"

using namespace dlt;
using Json = nlohmann::json;

namespace {

const std::string golden = test::in_source("tests/golden/bleu");

Json read(const std::string& name) {
  return Json::parse(read_file(golden + "/" + name, Exit::data));
}

}  // namespace

TEST_CASE("BLEU, chrF and tokens equal sacreBLEU's", "[check][golden]") {
  const auto outcomes = check::replay(golden);
  CHECK(outcomes.size() == 3 + 11 + 42);
  for (const check::Outcome& o : outcomes) {
    INFO(o.name << ": " << o.detail);
    CHECK(o.passed);
    CHECK(o.error < 1e-9);
  }
}

TEST_CASE("replaying BLEU says where the first difference is", "[check]") {
  const test::Folder folder;
  Json small = read("bleu.json"), large = read("bleu_golden.json");
  small["precisions"][1] = 55.00001;
  small["chrf"] = 69.57;
  large["tokenize_13a"][0][1] = "Hello, world !";
  large["bleu"][0]["counts"] = Json::array({11, 9, 7});
  large["bleu"][1]["signature"] = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.x";
  write_file(folder / "bleu.json", small.dump());
  write_file(folder / "bleu_golden.json", large.dump());
  const auto outcomes = check::replay_bleu(folder.path());
  CHECK(outcomes[0].detail == "precisions of order 2 is 55, not 55.00001");
  CHECK(outcomes[0].error == Approx(1e-5));
  CHECK(outcomes[1].passed);
  CHECK(outcomes[2].detail == "the score is 69.57005428, not 69.57");
  CHECK(outcomes[3].detail == "the text is 'Hello , world !', not 'Hello, world !'");
  CHECK(outcomes[14].detail == "there are 4 matches, not 3");
  CHECK(outcomes[15].detail ==
        "the signature is 'nrefs:1|case:lc|eff:no|tok:13a|smooth:exp', not "
        "'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp'");
  CHECK(std::ranges::count_if(outcomes, [](const auto& o) { return !o.passed; }) == 5);
}

TEST_CASE("a file that is no BLEU reference is refused", "[check][errors]") {
  const test::Folder folder;
  write_file(folder / "bleu.json", R"({"hyp": 1})");
  CHECK_THAT(
      test::failure([&] { check::replay_bleu(folder.path()); }, Exit::data),
      Catch::StartsWith(folder / "bleu.json" + ": this is not a reference of layout bleu: "));
}
