#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "check/replay.h"
#include "io/safetensors.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/paths.h"

using namespace dlt;
namespace fs = std::filesystem;

namespace {

const std::string golden = test::in_source("tests/golden/optim");

std::vector<check::Outcome> failures(const std::string& dir) {
  auto all = check::replay(dir);
  std::erase_if(all, [](const auto& o) { return o.passed; });
  return all;
}

// A copy of the reference with one file changed.
template <class F>
void with(const std::string& dir, const char* file, const F& change) {
  fs::copy(golden, dir);
  auto json = nlohmann::json::parse(read_file(dir + "/" + file, Exit::data));
  change(json);
  fs::remove(dir + "/" + file);
  write_file(dir + "/" + file, json.dump());
}

}  // namespace

TEST_CASE("optimizers take PyTorch's steps, schedules give its rates", "[check][optim][golden]") {
  const auto outcomes = check::replay(golden);
  CHECK(outcomes.size() == 14 + 9);
  for (const auto& o : outcomes) {
    INFO(o.name << ": " << o.detail);
    CHECK(o.passed);
    const bool exact = sizeof(real) == 8 || o.name.starts_with("schedule/");
    CHECK(o.error < (exact && o.name.starts_with("schedule/") ? 1e-14 : exact ? 1e-7 : 1e-6));
  }
}

TEST_CASE("another setting or rate fails its own outcome alone", "[check]") {
  const test::Folder folder;
  with(folder / "a", "optim.json", [](auto& json) { json["nadam"]["momentum_decay"] = 0.1; });
  auto failed = failures(folder / "a");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].name == "trajectory/nadam");
  CHECK_THAT(failed[0].detail, Catch::StartsWith("element ["));
  with(folder / "b", "schedules.json", [](auto& json) { json["step"]["lr"][11] = 0.50001; });
  failed = failures(folder / "b");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].name == "schedule/step");
  CHECK(failed[0].detail == "the rate of step 12 is 0.5, not 0.50001");
}

TEST_CASE("a reference of optimizers that cannot be replayed is an error", "[check][errors]") {
  const test::Folder folder;
  const auto error = [&](const std::string& dir) {
    return test::failure([&] { check::replay(folder / dir); }, Exit::data);
  };
  with(folder / "a", "optim.json", [](auto& json) { json["adan_b"] = {{"lr", 1}}; });
  CHECK(error("a") == folder / "a" +
                          "/optim.json: adan_b:1:16: /name: unknown optimizer 'adan'; "
                          "did you mean 'adam'?");
  with(folder / "b", "optim.json", [](auto& json) { json["sgd"]["beta"] = 1; });
  CHECK_THAT(error("b"), Catch::Contains("/beta: is not a known key"));
  with(folder / "c", "schedules.json", [](auto& json) { json["step"].erase("attrs"); });
  CHECK_THAT(error("c"), Catch::StartsWith(folder / "c" + ": this is not a reference of layout "
                                                          "optim: "));
  fs::copy(golden, folder / "d");
  fs::remove(folder / "d" + "/optim.safetensors");
  io::write_safetensors(
      folder / "d" + "/optim.safetensors",
      {{{"w0", Tensor::zeros({7, 5})}, {"grads", Tensor::zeros({12, 5, 7})}}, {}, {}});
  CHECK(error("d") == folder / "d" +
                          "/optim.safetensors: 'grads' [12, 5, 7] is not a row of w0 "
                          "[7, 5] for each of 12 steps");
}
