#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/tiny.h"
#include "io/safetensors.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

using Catch::StartsWith;
using nlohmann::json;

Args mamba(const Args& more = {}) {
  Args args = {"--set", R"(model={"name": "lm.mamba", "layers": 2, "width": 16, "dropout": 0.1})"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

}  // namespace

TEST_CASE("a Mamba is trained, resumed, measured, continued, exported and imported",
          "[cli][mamba]") {
  const Folder folder;
  const std::string run = folder / "whole";
  make_tiny(run, mamba({"--set", "train.steps=8"}));
  make_tiny(folder / "parts", mamba({"--set", "train.steps=3"}));
  make_tiny(folder / "parts", mamba({"--set", "train.steps=8", "--resume", "--threads", "3"}));
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
    CHECK(contents(run + file) == contents(folder / "parts" + file));
  }
  const json eval = json::parse(dlt({"eval", run, "--json"}).out);
  CHECK(eval["loss"].get<double>() < 6);
  const Ended text = dlt({"generate", run, "--prompt", "In the", "--tokens", "600"});  // > context
  CHECK(text.code == 0);
  CHECK_THAT(text.out, StartsWith("In the"));
  for (const std::string format : {"hf", "safetensors", "npz"}) {
    const Ended exported =
        dlt({"export", "weights", run, "--format", format, "--out", folder / format, "--check"});
    CAPTURE(format, exported.err);
    CHECK(exported.code == 0);
  }
  REQUIRE(dlt({"import", folder / "hf", "--out", folder / "back"}).code == 0);
  CHECK(dlt({"generate", folder / "back", "--prompt", "In the", "--tokens", "600"}).out ==
        text.out);
}

TEST_CASE("rows of a Mamba's token table that no token has are left out", "[cli][mamba]") {
  const Folder folder;
  make_tiny(folder / "run", mamba({"--set", "train.steps=1"}));
  REQUIRE(
      dlt({"export", "weights", folder / "run", "--format", "hf", "--out", folder / "hf"}).code ==
      0);
  const std::string weights = folder / "hf/model.safetensors", config = folder / "hf/config.json";
  auto tensors = io::SafetensorsFile(weights).tensors();
  Tensor& table = tensors.at("backbone.embeddings.weight");
  Tensor padded = Tensor::zeros({table.dim(0) + 3, table.dim(1)});
  std::ranges::copy(table.values(), padded.mutable_data());
  const auto with_rows = [&](std::int64_t rows) {
    json options = json::parse(contents(config));
    options["vocab_size"] = rows;
    write_file(config, options.dump());
  };
  with_rows(padded.dim(0));
  table = padded;
  io::write_safetensors(weights, {tensors, {}, {}});
  const Ended run = dlt({"import", folder / "hf", "--out", folder / "back"});
  CHECK(run.code == 0);
  CHECK_THAT(run.err, StartsWith("left out 3 rows of the token table that no token of"));
  const auto text_of = [&](const std::string& from) {
    return dlt({"generate", folder / from, "--prompt", "In the", "--tokens", "20"}).out;
  };
  CHECK(text_of("back") == text_of("run"));
}

TEST_CASE("dlt check replays Mamba's reference case", "[cli][mamba]") {
  const Ended run = dlt({"check", in_source("tests/golden/mamba")});
  CHECK(run.code == 0);
  CHECK_THAT(run.out, Catch::EndsWith(" passed, 0 failed\n"));
}

}  // namespace dlt::test
