#include "check/bpe_case.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "support/paths.h"

using namespace dlt;
using Json = nlohmann::json;

namespace {

const std::string golden = test::in_source("tests/golden/bpe");

// A copy of the reference with one number changed.
struct Copy {
  Copy() {
    char path[] = "/tmp/dlt_bpe_XXXXXX";
    dir = ::mkdtemp(path);
    std::filesystem::copy(golden, dir);
  }
  ~Copy() { std::filesystem::remove_all(dir); }
  void set(const std::string& file, const char* pointer, const Json& value) const {
    Json root = Json::parse(read_file(dir + "/" + file, Exit::data));
    root[Json::json_pointer(pointer)] = value;
    write_file(dir + "/" + file, root.dump());
  }
  std::string dir;
};

}  // namespace

TEST_CASE("BPE training and encoding equal Hugging Face's", "[check][golden]") {
  const auto outcomes = check::replay_bpe(golden);
  CHECK(outcomes.size() == 30);
  for (const check::Outcome& o : outcomes) {
    INFO(o.name << ": " << o.detail);
    CHECK(o.passed);
    CHECK(o.error == 0);
  }
}

TEST_CASE("replaying BPE says where the first difference is", "[check]") {
  const Copy copy;
  copy.set("bpe.json", "/cases/0/ids/2", 403);
  copy.set("bpe.json", "/cases/1/decoded", "And thE");
  copy.set("bpe.json", "/vocab_size", 1499);
  const auto outcomes = check::replay_bpe(copy.dir);
  CHECK(outcomes[0].detail == "there are 1242 merges, not 1243");
  CHECK(outcomes[1].detail == "token 2 is 402, not 403");
  CHECK(outcomes[2].detail == "the decoded text differs from byte 6 on");
  CHECK_FALSE(outcomes[1].passed);
  CHECK(outcomes[1].error == 1);
  CHECK(outcomes[3].passed);
}

TEST_CASE("a folder that is no BPE reference is refused", "[check][errors]") {
  const Copy copy;
  copy.set("bpe.json", "/vocab_size", "many");
  CHECK_THROWS_WITH(
      check::replay_bpe(copy.dir),
      Catch::StartsWith(copy.dir + "/bpe.json: this is not a reference of layout bpe"));
  CHECK_THROWS_WITH(check::replay_bpe("/nowhere"),
                    "cannot open '/nowhere/bpe.json': No such file or directory");
}
