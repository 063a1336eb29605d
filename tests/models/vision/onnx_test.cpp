#include "models/vision/onnx.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "autograd/autograd.h"
#include "base/file.h"
#include "models/vision/classifiers.h"
#include "models/vision/plan.h"
#include "models/vision/small_graphs.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/paths.h"
#include "support/run_dlt.h"

namespace dlt::models::vision {
namespace {

std::vector<std::string> types(const io::OnnxModel& model) {
  std::vector<std::string> all;
  for (const io::OnnxNode& n : model.nodes) all.push_back(n.type);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::int64_t count(const io::OnnxModel& model, const std::string& type) {
  return std::count_if(model.nodes.begin(), model.nodes.end(),
                       [&](const io::OnnxNode& n) { return n.type == type; });
}

// A network, what goes in and what has to come out.
struct Example {
  std::string name;
  Graph graph;
  nn::StateDict weights;
  Tensor x, y;

  explicit Example(const SmallGraph& small)
      : name(small.name), graph(small.graph), x(small_pictures(graph, 2)) {
    compute(SmallNetwork(graph));
  }
  // One that is as it was made.
  explicit Example(const Classifier& c)
      : name(c.name), graph(untrained(c)), x(small_pictures(graph, 1)) {
    compute(SmallNetwork(graph, SmallNetwork::Weights::untrained));
  }
  io::OnnxModel onnx() const { return to_onnx(fold(graph, weights), {}); }
  // 1e-4; relative where outputs are large: some untrained networks give hundreds.
  double allowed() const {
    double largest = 10;
    for (const real v : y.values()) largest = std::max(largest, std::abs(static_cast<double>(v)));
    return 1e-5 * largest;
  }

 private:
  static Graph untrained(const Classifier& c) {
    auto reader = config::Reader::parse_text("{}", "m.json");
    return c.read(reader)({3, c.side, c.side}, 1000);
  }
  void compute(const SmallNetwork& net) {
    weights = net.params.all();
    const autograd::NoGrad off;
    y = net.network(x, nullptr).y;
  }
};

std::string floats(const Tensor& t) {
  const std::vector<float> all(t.values().begin(), t.values().end());
  return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(float)};
}

Tensor tensor_of(const std::string& bytes, const Shape& shape) {
  REQUIRE(std::ssize(bytes) == shape.size() * static_cast<std::int64_t>(sizeof(float)));
  std::vector<float> all(bytes.size() / sizeof(float));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return Tensor::from(shape, std::vector<real>(all.begin(), all.end()));
}

// What ONNX Runtime makes of the examples, written to files, is what dlt does.
void check_in_runtime(const std::string& runtime, const std::vector<Example>& examples) {
  const test::Folder folder;
  auto jobs = nlohmann::json::array();
  for (const Example& e : examples) {
    io::write_onnx(folder / (e.name + ".onnx"), e.onnx());
    write_file(folder / (e.name + ".in"), floats(e.x));
    jobs.push_back({{"model", folder / (e.name + ".onnx")},
                    {"input", folder / (e.name + ".in")},
                    {"output", folder / (e.name + ".out")},
                    {"dims", e.x.shape().dims()}});
  }
  write_file(folder / "jobs.json", jobs.dump());
  const test::Ended run = test::shell(fmt::format(
      "node '{}' '{}' '{}'", test::in_source("tests/onnx/run.mjs"), runtime, folder / "jobs.json"));
  CAPTURE(run.out, run.err);
  REQUIRE(run.code == 0);
  for (const Example& e : examples) {
    const Tensor y = tensor_of(read_file(folder / (e.name + ".out"), Exit::failed), e.y.shape());
    CAPTURE(e.name);
    CHECK(largest_difference(y, e.y) < e.allowed());
  }
}

// Where scripts/onnxruntime.sh has put it; "", and a loud word, where it has not been run.
std::string onnxruntime() {
  const std::string folder = test::in_source("build/onnxruntime");
  if (std::filesystem::exists(folder + "/node_modules/onnxruntime-node") &&
      test::shell("node --version").code == 0) {
    return folder;
  }
  fmt::print(stderr,
             "\n*** SKIPPED: exported models were not run in ONNX Runtime, which is not installed: "
             "run scripts/onnxruntime.sh (it needs node and npm) ***\n\n");
  return "";
}

}  // namespace

TEST_CASE("ONNX Runtime computes what dlt computes", "[vision][onnx]") {
  const std::string runtime = onnxruntime();
  if (runtime.empty()) return;
  std::vector<Example> examples;
  for (const SmallGraph& small : small_graphs()) examples.emplace_back(small);
  check_in_runtime(runtime, examples);
}

TEST_CASE("ONNX Runtime and a plan compute every classifier", "[vision][onnx][.slow]") {
  const std::string runtime = onnxruntime();
  for (const Classifier& c : classifiers()) {
    const Example e(c);
    CAPTURE(e.name);
    CHECK(largest_difference(Plan(fold(e.graph, e.weights))(e.x), e.y) < e.allowed());
    if (!runtime.empty()) check_in_runtime(runtime, {e});
  }
}

TEST_CASE("the ONNX graph of a network", "[vision][onnx]") {
  const std::vector<SmallGraph> graphs = small_graphs();
  SECTION("a classifier has few nodes, and sizes that can vary") {
    const io::OnnxModel model = Example(graphs[0]).onnx();
    CHECK(types(model) == std::vector<std::string>{"Add", "Clip", "Concat", "Conv", "Flatten",
                                                   "Gather", "Gemm", "GlobalAveragePool", "MaxPool",
                                                   "Relu", "Sigmoid", "Slice", "Split", "Tanh"});
    CHECK(model.constants.front().name == "stem.0.weight");
    CHECK(model.constants[1].name == "stem.0.bias");
    CHECK(count(model, "Split") == 3);
    CHECK(count(model, "Gather") == 3);
    CHECK(model.inputs == std::vector<io::OnnxValue>{{"input", {"batch", 3, "height", "width"}}});
    CHECK(model.outputs == std::vector<io::OnnxValue>{{"output", {"batch", 5}}});
  }
  SECTION("layers that enlarge") {
    const io::OnnxModel model = Example(graphs[1]).onnx();
    CHECK(count(model, "Resize") == 5);
    CHECK(count(model, "MaxUnpool") == 1);
    CHECK(count(model, "DepthToSpace") == 2);
    CHECK(model.outputs ==
          std::vector<io::OnnxValue>{{"output", {"batch", 14, "output_height", "output_width"}}});
  }
  SECTION("a linear layer over an image fixes its size") {
    const io::OnnxModel model = Example(graphs[2]).onnx();
    CHECK(model.inputs == std::vector<io::OnnxValue>{{"input", {"batch", 2, 13, 11}}});
  }
}

TEST_CASE("what a program has to know stands in the metadata", "[vision][onnx]") {
  Graph g({1, 4, 6});
  const Folded folded = fold(g, {});
  const io::OnnxModel model = to_onnx(folded, {"classify", {"cat", "a \"dog\""}, {0.5}, {0.25}});
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(model.metadata == Pairs{{"task", "classify"},
                                {"classes", "[\"cat\",\"a \\\"dog\\\"\"]"},
                                {"mean", "[0.5]"},
                                {"std", "[0.25]"},
                                {"input_size", "[4,6]"}});
  CHECK(to_onnx(folded, {}).metadata == Pairs{{"input_size", "[4,6]"}});
  CHECK(types(model) == std::vector<std::string>{"Identity"});
}

}  // namespace dlt::models::vision
