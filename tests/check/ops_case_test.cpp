#include "check/ops_case.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "check/replay.h"
#include "io/safetensors.h"
#include "support/folder.h"
#include "support/paths.h"

using namespace dlt;

namespace {

const std::string golden = test::in_source("tests/golden/ops");

void copy_case(const std::string& to) {
  for (const char* name : {"/ops.json", "/ops.safetensors"}) {
    std::filesystem::copy_file(golden + name, to + name);
  }
}

}  // namespace

TEST_CASE("every operator gives PyTorch's outputs and gradients", "[check][ops][golden]") {
  const auto outcomes = check::replay(golden);
  CHECK(outcomes.size() == 200);
  for (const auto& outcome : outcomes) {
    INFO(outcome.name << ": " << outcome.detail);
    CHECK(outcome.passed);
  }
}

TEST_CASE("a wrong output or gradient of an operator is found and named", "[check][ops]") {
  const test::Folder folder;
  copy_case(folder / ".");
  io::SafetensorsContent content;
  {
    const io::SafetensorsFile file(folder / "ops.safetensors");
    content.tensors = file.tensors();
    for (const auto& [name, entry] : file.entries()) {
      if (entry.dtype == "I64") content.indices.emplace(name, file.indices(name));
    }
  }
  content.tensors.at("linear/bias/gin/weight").mutable_data()[12] += real(0.01);
  content.tensors.at("linear/nobias/out/y").mutable_data()[0] += real(0.01);
  io::write_safetensors(folder / "ops.safetensors", content);

  std::map<std::string, std::string> failed;
  for (const auto& outcome : check::replay_ops(folder / ".")) {
    if (!outcome.passed && outcome.name.starts_with("linear/"))
      failed[outcome.name] = outcome.detail;
  }
  REQUIRE(failed.size() == 2);
  CHECK_THAT(failed["linear/bias"], Catch::StartsWith("gradient of weight: element [1, 1] is "));
  CHECK_THAT(failed["linear/nobias"], Catch::StartsWith("y: element [0, 0] is "));
}

TEST_CASE("a description of cases that is none is a data error", "[check][ops][errors]") {
  const test::Folder folder;
  copy_case(folder / ".");
  const std::string path = folder / "./ops.json";
  write_file(path, "{}");
  CHECK_THROWS_WITH(check::replay_ops(folder / "."),
                    path + ": expected an object with a list of cases");
  write_file(path, R"({"cases": [{"name": "x"}]})");
  CHECK_THROWS_WITH(check::replay_ops(folder / "."),
                    path + R"(: a case needs name, op and attrs, got {"name":"x"})");
}
