#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

namespace fs = std::filesystem;

const Args llama = {"--set", "model.flavour=llama",      "--set", "model.dropout=0.1",
                    "--set", "data.tokenizer.name=chars"};

Args with(Args args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

void same_checkpoint(const std::string& run, const std::string& other) {
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
    CAPTURE(file);
    CHECK(contents(run + file) == contents(other + file));
  }
  CHECK(fs::read_symlink(run + "/last") == fs::read_symlink(other + "/last"));
  CHECK(fs::read_symlink(run + "/best") == fs::read_symlink(other + "/best"));
}

// Steps, losses and evaluations, without times and speeds.
std::string reports(const std::string& run) {
  std::istringstream lines(contents(run + "/metrics.jsonl"));
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    all += line.substr(0, line.find(", \"tokens_per_second\"")) + "\n";
  }
  return all;
}

void wait_for(const std::string& path) {
  for (int i = 0; i < 6000 && !fs::exists(path); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(fs::exists(path));
}

}  // namespace

TEST_CASE("ten steps and ten more are twenty steps, byte for byte, through the binary", "[cli]") {
  for (const Args& flavour : {Args{}, llama}) {
    const Folder folder;
    make_tiny(folder / "whole", with(flavour, {"--set", "train.steps=20"}));
    make_tiny(folder / "parts", with(flavour, {"--set", "train.steps=10"}));
    make_tiny(folder / "parts", with(flavour, {"--set", "train.steps=20", "--resume"}));
    same_checkpoint(folder / "whole", folder / "parts");
    CHECK(reports(folder / "whole") == reports(folder / "parts"));
  }
}

TEST_CASE("a run is resumed by its folder alone", "[cli]") {
  const Folder folder;
  make_tiny(folder / "whole", {"--set", "train.steps=6"});
  make_tiny(folder / "parts");
  const Ended run = dlt({"train", folder / "parts", "--resume", "--set", "train.steps=6"});
  CHECK(run.code == 0);
  CHECK_THAT(run.err, Catch::StartsWith("resuming after step 4\n"));
  same_checkpoint(folder / "whole", folder / "parts");
}

TEST_CASE("a signal in the middle of training leaves no trace after --resume", "[cli]") {
  const Args longer = {"--set", "train.steps=600",    "--set", "train.eval_every=50",
                       "--set", "train.save_every=50"};
  const Folder folder;
  make_tiny(folder / "whole", with(llama, longer));
  for (const auto& [signal, code] : {std::pair(SIGTERM, 143), std::pair(SIGINT, 130)}) {
    const std::string run = folder / std::to_string(code);
    Args command = with({binary()}, train_tiny(run, with(llama, longer)));
    Process process(command, {});
    wait_for(run + "/last");
    process.send(signal);
    const Ended end = process.wait();
    CHECK(end.code == code);
    CHECK(end.err == "");  // --quiet
    CHECK_FALSE(fs::exists(run + "/checkpoints/step-00000600"));
    make_tiny(run, with(with(llama, longer), {"--resume"}));
    same_checkpoint(folder / "whole", run);
    CHECK(reports(folder / "whole") == reports(run));
  }
}

TEST_CASE("a run that is killed at once goes on from its last checkpoint", "[cli]") {
  const Args longer = {"--set", "train.steps=300", "--set", "train.save_every=20"};
  const Folder folder;
  make_tiny(folder / "whole", longer);
  Process process(with({binary()}, train_tiny(folder / "killed", longer)), {});
  wait_for(folder / "killed/last");
  process.send(SIGKILL);
  CHECK(process.wait().code == 128 + SIGKILL);
  make_tiny(folder / "killed", with(longer, {"--resume"}));
  same_checkpoint(folder / "whole", folder / "killed");
}

TEST_CASE("one thread and several make the same checkpoints", "[cli]") {
  const Folder folder;
  const Args wider = with(llama, {"--set", "model.width=64", "--set", "train.batch=8"});
  make_tiny(folder / "one", with(wider, {"--threads", "1"}));
  make_tiny(folder / "two", with(wider, {"--threads", "2"}));
  make_tiny(folder / "five", with(wider, {"--threads", "5"}));
  same_checkpoint(folder / "one", folder / "two");
  same_checkpoint(folder / "one", folder / "five");
}

TEST_CASE("accumulated parts are steps of their own seed and resume like others", "[cli]") {
  const Folder folder;
  const Args parts = {"--set", "train.accumulate=3"};
  make_tiny(folder / "whole", parts);
  make_tiny(folder / "parts", with(parts, {"--set", "train.steps=2"}));
  make_tiny(folder / "parts", with(parts, {"--resume"}));
  same_checkpoint(folder / "whole", folder / "parts");
  make_tiny(folder / "single");
  CHECK(contents(folder / "single/last/model.safetensors") !=
        contents(folder / "whole/last/model.safetensors"));
}

}  // namespace dlt::test
