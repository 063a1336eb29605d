#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

namespace fs = std::filesystem;

// A run of four steps with checkpoints after 2 and 4, copied for every test that damages it.
class Damaged {
 public:
  Damaged() {
    static const Folder made;
    static const bool once = (make_tiny(made / "run"), true);
    CHECK(once);
    fs::copy(made / "run", run(), fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }
  std::string run() const { return folder_ / "run"; }
  std::string model() const { return run() + "/checkpoints/step-00000004/model.safetensors"; }
  std::string state() const { return run() + "/checkpoints/step-00000004/state.safetensors"; }

  void resume_refuses(int code, const std::string& why) const {
    refuses({"train", run(), "--resume", "--quiet", "--set", "train.steps=6"}, code, why);
    CHECK_FALSE(fs::exists(run() + "/checkpoints/step-00000006"));
  }
  void use_refuses(int code, const std::string& why) const {
    refuses({"eval", run(), "--checkpoint", "last"}, code, why);
    refuses({"generate", run(), "--checkpoint", "last", "--prompt", "In"}, code, why);
  }

 private:
  Folder folder_;
};

// The file with `was` in its first bytes replaced by as many others.
void edit(const std::string& path, const std::string& was, const std::string& now) {
  REQUIRE(was.size() == now.size());
  std::string bytes = contents(path);
  const auto at = bytes.find(was);
  REQUIRE(at != std::string::npos);
  put(path, bytes.replace(at, was.size(), now));
}

// Cuts a safetensors file; what is said about it.
std::string cut(const std::string& path, std::uintmax_t bytes) {
  std::uint64_t header = 0;
  std::memcpy(&header, contents(path).data(), sizeof header);
  fs::resize_file(path, bytes);
  return fmt::format("{}: cut short: its header has {} bytes, only {} follow", path, header,
                     bytes - sizeof header);
}

}  // namespace

TEST_CASE("a checkpoint that was cut short is damaged", "[cli]") {
  const Damaged d;
  const std::string why = cut(d.model(), 200);
  d.use_refuses(5, why);
  d.resume_refuses(5, why);
  fs::resize_file(d.model(), 3);
  d.use_refuses(
      5, d.model() + ": not a safetensors file: it has 3 bytes, the header's length alone takes 8");
}

TEST_CASE("a header that lies about its tensors is damaged", "[cli]") {
  const Damaged d;
  edit(d.model(), "\"shape\":[16]", "\"shape\":[17]");
  d.use_refuses(5, d.model() +
                       ": tensor 'blocks.0.attention.out.bias': F32 [17] takes 68 bytes, its "
                       "data_offsets [0, 64] span 64");
}

TEST_CASE("a checkpoint of another shape does not fit", "[cli]") {
  const Damaged d;
  std::string config = contents(d.run() + "/config.json");
  config.replace(config.find("\"width\": 16"), 11, "\"width\": 32");
  put(d.run() + "/config.json", config);
  const std::string why =
      "'blocks.0.attention.out.bias' is [16] in the checkpoint, [32] in the model";
  d.use_refuses(5, why);
  d.resume_refuses(5, why);
}

TEST_CASE("a damaged optimizer state stops a resume, not an evaluation", "[cli]") {
  const Damaged d;
  d.resume_refuses(5, cut(d.state(), 100));
  CHECK(dlt({"eval", d.run(), "--checkpoint", "last"}).code == 0);
  fs::remove(d.state());
  d.resume_refuses(5, "cannot open '" + d.state() + "': No such file or directory");
}

TEST_CASE("a command that asks for a missing checkpoint is told which there are", "[cli]") {
  const Damaged d;
  refuses({"eval", d.run(), "--checkpoint", "7"}, 2,
          "run '" + d.run() + "' has no checkpoint '7'; it has best, last, 2, 4");
  refuses({"generate", d.run(), "--prompt", "a", "--checkpoint", "bst"}, 2,
          "run '" + d.run() + "' has no checkpoint 'bst'; it has best, last, 2, 4");
  fs::remove_all(d.run() + "/checkpoints/step-00000004");
  d.use_refuses(5, "'" + d.run() +
                       "/last' points at 'checkpoints/step-00000004', which is missing; take "
                       "another --checkpoint: it has 2");
  fs::remove_all(d.run() + "/checkpoints");
  const std::string why = "'" + d.run() +
                          "/last' points at 'checkpoints/step-00000004', which is missing, and "
                          "the run has no other checkpoint";
  d.use_refuses(5, why);
  d.resume_refuses(5, why);
}

TEST_CASE("a run's own files that are torn are named", "[cli]") {
  const Damaged d;
  put(d.run() + "/tokenizer.json", "{\"model\":");
  const std::string why =
      d.run() + "/tokenizer.json:1:10: this is not JSON; a tokenizer.json is needed";
  d.use_refuses(5, why);
  d.resume_refuses(5, why);
  put(d.run() + "/config.json", "{");
  d.use_refuses(2, d.run() + "/config.json:1:2: not valid JSON: expected a key in double quotes");
}

TEST_CASE("what is no run is not used as one", "[cli]") {
  const Folder folder;
  refuses({"eval", folder / "nope"}, 2, "there is no run '" + (folder / "nope") + "'");
  refuses({"eval", folder.path()}, 2,
          "'" + folder.path() + "' is not a run: it has no config.json");
  refuses({"inspect", "nope"}, 2, "cannot open 'nope': No such file or directory");
  refuses({"bench", "nope"}, 2, "cannot open 'nope': No such file or directory");
  CHECK(folder.list().empty());
}

TEST_CASE("a folder with something in it is kept", "[cli]") {
  const Damaged d;
  const std::string before = contents(d.model());
  refuses(train_tiny(d.run()), 2,
          "'" + d.run() +
              "' is not empty: go on with it by --resume, replace it by --overwrite, or give "
              "another --out");
  refuses({"train", d.run()}, 2,
          "'" + d.run() +
              "' is a folder: give a config file, or add --resume to go on with the run in it");
  refuses(train_tiny(d.run(), {"--resume", "--set", "train.batch=3"}), 2,
          "/train/batch is 2 in '" + d.run() +
              "/config.json' and 3 now: a resumed run cannot change it; put the old value back, or "
              "start a new run with another --out");
  refuses(train_tiny(d.run(), {"--overwrite", "--set", "data.train=nope"}), 3,
          "data.train: there is no file 'nope' (paths start at the folder that dlt is run in)");
  CHECK(contents(d.model()) == before);

  const Folder precious;
  put(precious / "thesis.txt", "years of work");
  refuses(train_tiny(precious.path(), {"--overwrite"}), 2,
          "'" + precious.path() +
              "' is not a run (no checkpoints/, no config.json with a log.txt): --overwrite "
              "replaces only runs, so give another --out");
  CHECK(contents(precious / "thesis.txt") == "years of work");
  refuses(
      train_tiny(precious / "thesis.txt"), 2,
      "'" + (precious / "thesis.txt") + "' is a file, a run needs a folder: give another --out");
  refuses(train_tiny(precious / "thesis.txt/run"), 1,
          "cannot make the folder '" + (precious / "thesis.txt/run") + "': Not a directory");
  CHECK(precious.list() == Args{"thesis.txt"});
}

TEST_CASE("a full disk ends training with its reason and no half file", "[cli]") {
  const Folder folder;
  const Ended run =
      shell("ulimit -f 16; \"$dlt\" train tests/cli/tiny.json --quiet --set model.width=64 --out " +
            (folder / "run"));
  CHECK(run.code == 1);
  CHECK(run.err == "dlt: cannot write '" + (folder / "run") +
                       "/checkpoints/step-00000002.partial/model.safetensors': File too large\n");
  CHECK(fs::is_empty(folder / "run/checkpoints"));
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    CHECK(entry.path().string().find(".partial") == std::string::npos);
  }
  const Ended tokenizer =
      shell("ulimit -f 8; \"$dlt\" tokenizer train data/fixtures/genesis.txt --vocab 500 --out " +
            (folder / "t.json"));
  CHECK(tokenizer.code == 1);
  CHECK(tokenizer.err == "dlt: cannot write '" + (folder / "t.json") + "': File too large\n");
  CHECK(folder.list() == Args{"run"});
}

TEST_CASE("standard output that is full is an error", "[cli]") {
  const Damaged d;
  const std::string why = "dlt: cannot write to standard output: No space left on device\n";
  for (const std::string& command : {"eval " + d.run(), "generate " + d.run() + " --prompt In",
                                     std::string("--help"), "inspect " + d.run()}) {
    const Ended run = shell("\"$dlt\" " + command + " > /dev/full");
    CAPTURE(command);
    CHECK(run.code == 1);
    CHECK(run.err == why);
  }
}

TEST_CASE("output that nobody reads ends the program quietly", "[cli]") {
  const Damaged d;
  const Ended run =
      shell("\"$dlt\" generate " + d.run() + " --prompt In --tokens 100000 | head -c 10 | wc -c",
            {.seconds = 30});
  CHECK(run.err == "");
  CHECK(run.out == "10\n");
}

TEST_CASE("training that diverges names step and place, and saves nothing of it", "[cli]") {
  const Folder folder;
  const Args wild = {"--set", "train.optimizer.lr=1e6",         "--set", "train.clip=0",
                     "--set", "train.optimizer.weight_decay=1", "--set", "train.steps=30",
                     "--set", "train.optimizer.name="};
  for (const std::string& name : Args{"adamw", "sgd"}) {
    Args args = wild;
    args.back() += name;
    const std::string out = folder / name;
    const Ended run = dlt(train_tiny(out, args));
    CHECK(run.code == 4);
    CHECK_THAT(run.err, Catch::StartsWith("dlt: training diverged at step ") &&
                            Catch::Contains(" is not finite") &&
                            Catch::Contains("lower train.optimizer.lr"));
    CHECK_THAT(contents(out + "/log.txt"), Catch::Contains("training diverged at step "));
    if (fs::exists(out + "/last")) CHECK(dlt({"eval", out, "--checkpoint", "last"}).code == 0);
  }
}

}  // namespace dlt::test
