#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

Ended good(const Args& args, const Around& around = {}) {
  Ended run = dlt(args, around);
  CAPTURE(args.front(), run.err);
  REQUIRE(run.code == 0);
  return run;
}

std::string generated(const std::string& run, const Args& more) {
  Args args = {"generate", run, "--prompt", "In the", "--tokens", "60"};
  args.insert(args.end(), more.begin(), more.end());
  return good(args).out;
}

}  // namespace

TEST_CASE("a run is trained, measured, looked at and continued", "[cli]") {
  const Folder folder;
  const std::string run = folder / "run";
  make_tiny(run);
  CHECK(Folder().list().empty());
  for (const char* name : {"config.json", "log.txt", "metrics.jsonl", "tokenizer.json", "last",
                           "best", "last/model.safetensors", "last/state.safetensors"}) {
    CHECK(fs::exists(run + "/" + name));
  }
  const json eval = json::parse(good({"eval", run, "--json"}).out);
  CHECK(eval["step"] == 4);
  CHECK(eval["loss"].get<double>() > 3);
  CHECK(eval["loss"].get<double>() < 6);
  CHECK_THAT(good({"eval", run, "--checkpoint", "2"}).out, StartsWith("step 2\nloss "));
  CHECK_THAT(good({"eval", run, "--data", "data/fixtures/poems-zh.txt"}).out, Contains("loss "));
  CHECK_THAT(generated(run, {}), StartsWith("In the"));
  const json layers = json::parse(good({"inspect", run, "--json"}).out);
  CHECK(layers["parameters"] ==
        json::parse(good({"inspect", "tests/cli/tiny.json", "--json"}).out)["parameters"]);
  CHECK_THAT(good({"inspect", run}).out, Contains("blocks.0.attention"));
}

TEST_CASE("evaluating reads a run and writes nothing", "[cli]") {
  const Folder folder;
  const std::string run = folder / "run";
  make_tiny(run, {"--set", "data.tokenizer.name=chars"});
  const auto files = [&] {
    std::map<std::string, fs::file_time_type> all;
    for (const auto& entry : fs::recursive_directory_iterator(run)) {
      all[entry.path()] = entry.last_write_time();
    }
    return all;
  };
  const auto before = files();
  const auto root = fs::exists("/train.tokens");
  good({"eval", run});
  CHECK(files() == before);
  CHECK(fs::exists("/train.tokens") == root);
}

TEST_CASE("every line of metrics.jsonl is an object with a step", "[cli]") {
  const Folder folder;
  make_tiny(folder / "run");
  std::istringstream lines(contents(folder / "run/metrics.jsonl"));
  std::vector<int> steps;
  for (std::string line; std::getline(lines, line);) {
    const json object = json::parse(line);
    steps.push_back(object["step"]);
    CHECK((object.contains("loss") || object.contains("valid_loss")));
  }
  CHECK(steps == std::vector<int>{1, 2, 2, 3, 4, 4});
}

TEST_CASE("progress goes to standard error, one line a report", "[cli]") {
  const Folder folder;
  const Ended run = good({"train", "tests/cli/tiny.json", "--out", folder / "run"});
  CHECK(run.out == "");
  CHECK_THAT(run.err, StartsWith("step 1/4 (25%)  loss "));
  CHECK_THAT(run.err, Contains("\nstep 4  valid_loss "));
  CHECK(run.err.find('\r') == std::string::npos);
}

TEST_CASE("a dry run says size and time and writes nothing", "[cli]") {
  const Folder folder;
  const Ended run = good({"train", "tests/cli/tiny.json", "--out", folder / "run", "--dry-run"});
  CHECK_THAT(run.out, Contains("parameters   ") && Contains("memory       ") &&
                          Contains("per step     32 items") && Contains(" for 4 steps"));
  CHECK(folder.list().empty());
}

TEST_CASE("a dry run of a config without train.steps counts the default ones", "[cli]") {
  const Folder folder;
  const Ended run = good({"train", "configs/bench/gpt-256.json", "--dry-run", "--set",
                          "model.width=48", "--set", "model.layers=1"});
  CHECK_THAT(run.out, Contains(" for 1000 steps"));
}

TEST_CASE("best is the checkpoint with the lowest held-out loss", "[cli]") {
  const Folder folder;
  const std::string run = folder / "run";
  // After a good start the rate leaps: later checkpoints are worse.
  make_tiny(run, {"--set", "train.steps=20", "--set", "train.eval_batches=0"});
  const auto loss = [&](const std::string& which) {
    return json::parse(good({"eval", run, "--json", "--checkpoint", which}).out)["loss"]
        .get<double>();
  };
  CHECK(loss("best") <= loss("last"));
  CHECK(loss("best") <= loss("18"));
}

TEST_CASE("overwriting begins anew", "[cli]") {
  const Folder folder;
  make_tiny(folder / "run");
  const std::string first = contents(folder / "run/last/model.safetensors");
  make_tiny(folder / "run", {"--overwrite", "--set", "train.steps=2"});
  CHECK(fs::read_symlink(folder / "run/last") == "checkpoints/step-00000002");
  make_tiny(folder / "run", {"--overwrite"});
  CHECK(contents(folder / "run/last/model.safetensors") == first);
}

TEST_CASE("the same seed continues a text in the same way", "[cli]") {
  const Folder folder;
  const std::string run = folder / "run";
  make_tiny(run, {"--set", "data.tokenizer.name=chars", "--set", "train.steps=20"});
  CHECK(generated(run, {"--seed", "7"}) == generated(run, {"--seed", "7"}));
  CHECK(generated(run, {"--seed", "7"}) != generated(run, {"--seed", "8"}));
  const std::string greedy = generated(run, {"--temperature", "0"});
  CHECK(greedy == generated(run, {"--top-k", "1"}));
  CHECK(greedy == generated(run, {"--top-p", "0"}));
  CHECK(greedy == generated(run, {"--temperature", "0", "--threads", "1"}));
}

TEST_CASE("a tokenizer is made, encodes and decodes to the same text", "[cli]") {
  const Folder folder;
  const std::string english = "In the beginning God created the heaven and the earth.";
  const std::string chinese = "欣欣此生意，自尔为佳节。";
  for (const Args& kind : {Args{"bpe", "data/fixtures/genesis.txt", english},
                           Args{"chars", "data/fixtures/poems-zh.txt", chinese},
                           Args{"bpe", "data/fixtures/poems-zh.txt", chinese},
                           Args{"bytes", "data/fixtures/genesis.txt", chinese}}) {
    const std::string file = folder / "tokenizer.json";
    good({"tokenizer", "train", kind[1], "--kind", kind[0], "--vocab", "600", "--out", file});
    const std::string ids = good({"tokenizer", "encode", file, "--text", kind[2]}).out;
    CHECK(good({"tokenizer", "decode", file}, {.in = ids}).out == kind[2] + "\n");
    CHECK(good({"tokenizer", "encode", file}, {.in = kind[2] + "\n"}).out == ids);
    const json list =
        json::parse(good({"tokenizer", "encode", file, "--json", "--text", kind[2]}).out);
    CHECK(list.size() == static_cast<std::size_t>(std::ranges::count(ids, ' ')) + 1);
  }
}

TEST_CASE("the doctor reports numbers", "[cli]") {
  const json report = json::parse(good({"doctor", "--json"}).out);
  CHECK(report["gemm_gflops"].get<double>() > 0);
  CHECK(report["threads"].get<int>() > 0);
}

TEST_CASE("every command has help with an example", "[cli]") {
  for (const Args& command :
       {Args{}, Args{"train"}, Args{"eval"}, Args{"generate"}, Args{"translate"}, Args{"average"},
        Args{"export"}, Args{"export", "weights"}, Args{"export", "onnx"}, Args{"import"},
        Args{"tokenizer"}, Args{"tokenizer", "train"}, Args{"tokenizer", "encode"},
        Args{"tokenizer", "decode"}, Args{"inspect"}, Args{"bench"}, Args{"check"},
        Args{"doctor"}}) {
    Args args = command;
    args.emplace_back("--help");
    const Ended run = good(args);
    CHECK_THAT(run.out, Contains("Example:\n  dlt "));
    CHECK(run.err == "");
  }
}

TEST_CASE("the version is there at once", "[cli]") {
  const Ended run = good({"--version"}, {.seconds = 5});
  CHECK_THAT(run.out, StartsWith("dlt "));
  CHECK(run.out.size() < 20);
}

TEST_CASE("a tokenizer is not written over its text", "[cli]") {
  const Folder folder;
  put(folder / "a.txt", "text");
  refuses(
      {"tokenizer", "train", folder / "a.txt", "--out", folder / "a.txt"}, 2,
      "--out '" + (folder / "a.txt") + "' is a text to learn from: give the name of another file");
  CHECK(contents(folder / "a.txt") == "text");
}

}  // namespace dlt::test
