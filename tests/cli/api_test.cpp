#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/safetensors.h"
#include "support/folder.h"
#include "support/run_dlt.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

// Two rows and their weights, as inputs of nn.linear.
void write_linear(const std::string& path) {
  io::SafetensorsContent content;
  content.tensors["x"] = Tensor::from({2, 2}, {1, 2, 3, 4});
  content.tensors["weight"] = Tensor::from({1, 2}, {10, 1});
  io::write_safetensors(path, content);
}

std::string refused(const Args& args) {
  const Ended run = dlt(args);
  CHECK(run.code == 2);
  CHECK(run.out.empty());
  return run.err;
}

}  // namespace

TEST_CASE("the public names are listed, as text and as JSON", "[cli][api]") {
  const Ended text = dlt({"api", "list"});
  CHECK(text.code == 0);
  for (const char* name :
       {"operators\n", "nn.linear", "models\n", "lm.transformer", "optimizers\n"}) {
    CHECK_THAT(text.out, Contains(name));
  }
  const json all = json::parse(dlt({"api", "list", "--json"}).out);
  const json old = json::parse(dlt({"api", "list", "--json", "--api-version", "1"}).out);
  CHECK(all.size() >= old.size());
  for (const json& item : all) CHECK_FALSE(item["summary"].get<std::string>().empty());
}

TEST_CASE("a name is shown with what it takes", "[cli][api]") {
  const Ended run = dlt({"api", "show", "nn.softmax"});
  CHECK(run.out ==
        "nn.softmax (operator): exponentials along an axis, divided by their sum\n"
        "  aliases     softmax, math.softmax\n"
        "  signature   x -> y\n\n"
        "  attribute  default  allowed\n"
        "  dim        -1       an integer in [-64, 64]\n");
  const json shown = json::parse(dlt({"api", "show", "linear", "--json"}).out);
  CHECK(shown.size() >= 2);  // an operator and a schedule
}

TEST_CASE("every kind of name is shown with its attributes", "[cli][api]") {
  CHECK_THAT(dlt({"api", "show", "lm.transformer"}).out, Contains("train.optimizer.lr"));
  CHECK_THAT(dlt({"api", "show", "net.sequential"}).out, Contains("model.layers"));
  CHECK_THAT(dlt({"api", "show", "tokenizer.bpe"}).out,
             Contains("  vocab_size          8192     an integer in"));
  CHECK_THAT(dlt({"api", "show", "metric.r2"}).out, Contains("r2 (metric)"));
  CHECK_THAT(dlt({"api", "show", "csv"}).out, Contains("valid_fraction"));
  CHECK_THAT(dlt({"api", "show", "layers.Conv2d"}).out, Contains("layers.conv2d (layer)"));
}

TEST_CASE("old names work, with one warning", "[cli][api]") {
  const Folder folder;
  const Ended shown = dlt({"api", "show", "nn.upsample"});
  CHECK(shown.code == 0);
  CHECK(shown.err ==
        "dlt: warning: operator 'nn.upsample' is an old name: write 'nn.interpolate'\n");
  const Ended run =
      dlt({"api", "run", "nn.upsample", "--attrs", R"({"scale_factor": 2})", "--input",
           "data/fixtures/corners.safetensors", "--output", folder / "big.safetensors"});
  CHECK(run.code == 0);
  CHECK(run.out == "y float32 [1, 1, 4, 4]\n1 1 2 2\n1 1 2 2\n3 3 4 4\n3 3 4 4\n");
  CHECK(run.err == shown.err);
  const Ended inspected = dlt({"inspect", "tests/cli/old_names.json"});
  CHECK(inspected.code == 0);
  CHECK(inspected.err ==
        "dlt: warning: layer 'nn.UpsamplingNearest2d' is an old name: write "
        "'layers.upsample'\n");
}

TEST_CASE("any name of a thing shows its public one, an old one with advice", "[cli][api]") {
  const Ended alias = dlt({"api", "show", "layers.Conv2d"});
  CHECK(alias.err == "");
  CHECK_THAT(alias.out, Catch::StartsWith("layers.conv2d (layer): convolution of images\n"
                                          "  aliases     nn.Conv2d, layers.Conv2d, conv2d\n"));
  const Ended old = dlt({"api", "show", "nn.UpsamplingNearest2d"});
  CHECK(old.code == 0);
  CHECK(old.err ==
        "dlt: warning: layer 'nn.UpsamplingNearest2d' is an old name: write 'layers.upsample'\n");
  CHECK_THAT(old.out, Catch::StartsWith("layers.upsample (layer): "));
  const json all = json::parse(dlt({"api", "list", "--json"}).out);
  const auto upsample =
      std::ranges::find_if(all, [](const json& item) { return item["name"] == "layers.upsample"; });
  REQUIRE(upsample != all.end());
  CHECK((*upsample)["deprecated"] == json{"nn.UpsamplingNearest2d", "layers.upsampling_nearest2d"});
}

TEST_CASE("an operator is run on a file", "[cli][api]") {
  const Folder folder;
  write_linear(folder / "in.safetensors");
  const Ended run = dlt({"api", "run", "nn.linear", "--input", folder / "in.safetensors",
                         "--output", folder / "out.safetensors"});
  CHECK(run.err.empty());
  CHECK(run.out == "y float32 [2, 1]\n12\n34\n");
  const io::SafetensorsFile file(folder / "out.safetensors");
  CHECK(file.tensor("y").data()[0] == 12);
  CHECK(file.tensor("y").data()[1] == 34);
}

TEST_CASE("wrong calls of an operator say what is wrong and write nothing", "[cli][api][errors]") {
  const Folder folder;
  const std::string in = folder / "in.safetensors", out = folder / "out.safetensors";
  write_linear(in);
  const auto call = [&](const std::string& name, const std::string& attributes) {
    return refused({"api", "run", name, "--attrs", attributes, "--input", in, "--output", out});
  };
  CHECK(call("nn.liner", "{}") == "dlt: unknown operator 'nn.liner'; did you mean 'nn.linear'?\n");
  CHECK(call("nn.softmax", R"({"dmi": 1})") ==
        "dlt: --attrs:1:2: /dmi: is not a known key; did you mean 'dim'?\n");
  CHECK(call("nn.softmax", R"({"dim": "last"})") ==
        "dlt: --attrs:1:9: /dim: expected an integer in [-64, 64], got \"last\" (string)\n");
  CHECK(call("nn.softmax", "{}") == "dlt: nn.softmax: has no input 'weight'; known: x\n");
  CHECK(call("nn.softmax", "[1]") ==
        "dlt: --attrs:1:1: expected one JSON object, got [1] (array)\n");
  CHECK(refused({"api", "show", "nn.liner"}) ==
        "dlt: unknown name 'nn.liner': did you mean 'nn.linear'?\n");
  CHECK_FALSE(std::filesystem::exists(out));
  CHECK(refused({"api", "run", "linear", "--input", in, "--output", in}) ==
        "dlt: --output '" + in + "' is the file with the inputs: give the name of another\n");
  CHECK(refused({"api", "graph", in, "--out", in}) ==
        "dlt: --out '" + in + "' is the config: give the name of another file\n");
}

TEST_CASE("gradients are checked by name, for a config and for all", "[cli][api]") {
  const Ended one = dlt({"gradcheck", "linear"});
  CHECK(one.code == 0);
  CHECK_THAT(one.out, Contains("nn.linear: y by weight"));
  CHECK_THAT(one.out, Catch::EndsWith("3 passed, 0 failed\n"));
  const Ended model = dlt({"gradcheck", "configs/smoke/gpt2-bytes.json"});
  CHECK(model.code == 0);
  CHECK_THAT(model.out, Contains("pass  embedding.weight"));
  CHECK(refused({"gradcheck", "nn.liner"}) ==
        "dlt: unknown operator 'nn.liner'; did you mean 'nn.linear'?\n");
}

TEST_CASE("the graph of a training step is written for Graphviz", "[cli][api]") {
  const Folder folder;
  CHECK(dlt({"api", "graph", "configs/smoke/gpt2-bytes.json", "--out", folder / "g.dot"}).code ==
        0);
  const Ended run = dlt({"api", "graph", "configs/smoke/gpt2-bytes.json"});
  CHECK_THAT(run.out, Catch::StartsWith("digraph autograd {\n"));
  CHECK_THAT(run.out, Contains("label=\"linear_cross_entropy\\n[]\""));
  CHECK_THAT(run.out, Contains("label=\"embedding.weight\\n[256, 32]\""));
}

}  // namespace dlt::test
