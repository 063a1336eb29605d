#include "models/vision/import.h"

#include <catch2/catch.hpp>

#include "io/safetensors.h"
#include "models/vision/classifiers.h"
#include "models/vision/network.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::models {
namespace {

const std::string golden = test::in_source("tests/golden/");

io::SafetensorsContent shufflenet() {
  return {import_classifier(golden + "shufflenet_v2_x0_5").weights, {}, {}};
}

std::string refusal(const std::string& path) {
  return test::failure([&] { import_classifier(path); }, Exit::damaged);
}

TEST_CASE("weights are told by their names and shapes", "[vision][import]") {
  const auto mobile = import_classifier(golden + "mobilenet_v2_x0_35/model.safetensors");
  CHECK(mobile.name == "vision.mobilenet_v2");
  CHECK(mobile.graph.shape(mobile.graph.output()) == Shape{10});
  CHECK(mobile.config.find(R"("width": 0.35)") != std::string::npos);
  CHECK(mobile.config.find(R"("classes": 10)") != std::string::npos);
  CHECK(mobile.weights.size() == 314);
  CHECK(import_classifier(golden + "shufflenet_v2_x0_5").name == "vision.shufflenet_v2");
}

TEST_CASE("every published variant is told from the others", "[vision][import]") {
  for (const vision::Classifier& kind : vision::classifiers()) {
    if (kind.side == 299 || kind.name == "vision.googlenet") continue;  // large, and no two alike
    const std::string& variant = kind.variants.back();
    CAPTURE(kind.name, variant);
    auto reader = config::Reader::parse_text(variant, "variant");
    nn::Params params = nn::Params::blank();
    const vision::Network net{nn::Scope(params), kind.read(reader)({1, 64, 64}, 3)};
    const test::Folder folder;
    io::write_safetensors(folder / "w", {params.all(), {}, {}});
    const auto imported = import_classifier(folder / "w");
    CHECK(imported.name == kind.name);
    CHECK(imported.weights.size() == params.all().size());
    CHECK(imported.graph.shape(imported.graph.input()).dim(0) == 1);
    CHECK(imported.graph.shape(imported.graph.output()) == Shape{3});
  }
}

TEST_CASE("files may leave out how often statistics were kept", "[vision][import]") {
  const test::Folder folder;
  auto content = shufflenet();
  std::erase_if(content.tensors,
                [](const auto& t) { return t.first.ends_with("num_batches_tracked"); });
  io::write_safetensors(folder / "w", content);
  const auto imported = import_classifier(folder / "w");
  CHECK(imported.weights.size() == 338);
  CHECK(imported.weights.at("conv1.1.num_batches_tracked").data()[0] == 0);
}

TEST_CASE("weights of nothing known say what is wrong with the nearest", "[vision][import]") {
  const test::Folder folder;
  const std::string path = folder / "w";
  const std::string known =
      "': its tensors are of no classifier that is known (vision.googlenet, vision.inception_v3, "
      "vision.xception, vision.squeezenet, vision.mobilenet_v1, vision.mobilenet_v2, "
      "vision.shufflenet_v1, vision.shufflenet_v2, vision.resnet18)";
  auto content = shufflenet();
  content.tensors.erase("stage3.1.branch2.0.weight");
  io::write_safetensors(path, content);
  CHECK(refusal(path) == "'" + path + known +
                             "; for vision.shufflenet_v2 {\"width\": 0.5} it has no "
                             "'stage3.1.branch2.0.weight' [48, 48, 1, 1]");
  content.tensors["stage3.1.branch2.0.weight"] = Tensor::zeros({48, 48, 1, 2});
  io::write_safetensors(path, content);
  CHECK(refusal(path) == "'" + path + known +
                             "; for vision.shufflenet_v2 {\"width\": 0.5} "
                             "'stage3.1.branch2.0.weight' is [48, 48, 1, 2], not [48, 48, 1, 1]");
  content.tensors["stage3.1.branch2.0.weight"] = Tensor::zeros({48, 48, 1, 1});
  content.tensors["extra"] = Tensor::zeros({2});
  io::write_safetensors(path, content);
  CHECK(refusal(path) ==
        "'" + path + known + "; for vision.shufflenet_v2 {\"width\": 0.5} there is no 'extra' [2]");
  io::write_safetensors(path, {{{"x", Tensor::zeros({2})}}, {}, {}});
  CHECK(refusal(path) == "'" + path + known);
}

}  // namespace
}  // namespace dlt::models
