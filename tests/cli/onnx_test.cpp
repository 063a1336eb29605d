#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/tiny.h"
#include "io/onnx_file.h"
#include "support/folder.h"

namespace dlt::test {

TEST_CASE("a classifier of pictures becomes an ONNX file", "[cli][onnx]") {
  const Folder folder;
  const Ended made = dlt({"train", "configs/smoke/shufflenet-fashion.json", "--quiet", "--out",
                          folder / "run", "--set", "train.steps=1"});
  CAPTURE(made.err);
  REQUIRE(made.code == 0);
  const std::string out = folder / "net.onnx";
  const Ended run = dlt({"export", "onnx", folder / "run", "--out", out, "--check"});
  CHECK(run.err == "");
  CHECK(run.code == 0);
  const io::OnnxModel model = io::read_onnx(out);
  CHECK(run.out == "checked: " + std::to_string(model.nodes.size()) + " nodes and " +
                       std::to_string(model.constants.size()) + " arrays equal\n");
  CHECK(model.inputs == std::vector<io::OnnxValue>{{"input", {"batch", 1, "height", "width"}}});
  CHECK(model.metadata.front() == std::pair<std::string, std::string>{"task", "classify"});
  const std::pair<std::string, std::string> mean = {"mean", "[0.286]"};
  CHECK(std::find(model.metadata.begin(), model.metadata.end(), mean) != model.metadata.end());
}

TEST_CASE("models without an ONNX form say which have one", "[cli][onnx]") {
  const Folder folder;
  const Ended made = dlt({"train", "configs/smoke/mlp-moons.json", "--quiet", "--out",
                          folder / "run", "--set", "train.epochs=1"});
  CAPTURE(made.err);
  REQUIRE(made.code == 0);
  const Ended run = dlt({"export", "onnx", folder / "run", "--out", folder / "net.onnx"});
  CHECK(run.code == 2);
  CHECK(run.out == "");
  CHECK(run.err.find("dlt: the model of '" + (folder / "run") +
                     "' has no ONNX form; these have: vision.") == 0);
  CHECK(run.err.find("vision.shufflenet_v2") != std::string::npos);
  CHECK(folder.list() == std::vector<std::string>{"run"});
}

}  // namespace dlt::test
