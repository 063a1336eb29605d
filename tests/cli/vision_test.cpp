#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/real.h"
#include "cli/tiny.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

using nlohmann::json;

TEST_CASE("dlt inspect shows what pictures cost", "[cli][vision]") {
  const Folder folder;
  put(folder / "c.json", R"({"model": {"name": "vision.shufflenet_v2", "width": 0.5},
                             "train": {"batch": 1}})");
  const Ended shown = dlt({"inspect", folder / "c.json"});
  REQUIRE(shown.code == 0);
  CHECK(shown.out.starts_with(
      "layer                                         output     parameters             MACs      "
      "sees     memory\n"
      "conv1.0 (conv)                     [1, 24, 112, 112]            648          8128512       "
      "3x3    1.20 MB\n"));
  CHECK(shown.out.find("\nparameters      1366792\n"
                       "one picture     40.48 million MACs, ") != std::string::npos);
  const json all = json::parse(dlt({"inspect", folder / "c.json", "--json"}).out);
  CHECK(all["layers"][0]["receptive_field"] == json{3, 3});
  CHECK(all["layers"][0]["activation_bytes"] == 24 * 112 * 112 * sizeof(real));
}

TEST_CASE("weights of torchvision become a run, and go out as they came", "[cli][vision]") {
  const Folder folder;
  const Ended made =
      dlt({"import", "tests/golden/shufflenet_v2_x0_5/model.safetensors", "--out", folder / "run"});
  CHECK(made.err ==
        "'tests/golden/shufflenet_v2_x0_5/model.safetensors' is of vision.shufflenet_v2\n");
  REQUIRE(made.code == 0);
  CHECK(dlt({"export", "weights", folder / "run", "--format", "safetensors", "--out",
             folder / "model.safetensors", "--check"})
            .code == 0);
  REQUIRE(dlt({"import", folder.path(), "--out", folder / "again"}).code == 0);
  const std::string weights = "/checkpoints/step-00000000/model.safetensors";
  CHECK(contents(folder / ("run" + weights)) == contents(folder / ("again" + weights)));
  const Ended unknown =
      dlt({"import", "tests/golden/gpt2/model.safetensors", "--out", folder / "g"});
  CHECK(unknown.code == 5);
  CHECK(unknown.err.find("its tensors are of no classifier that is known") != std::string::npos);
}

}  // namespace
}  // namespace dlt::test
