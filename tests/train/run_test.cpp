#include "train/run.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/resource.h>

#include "base/error.h"
#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/linear_task.h"
#include "train/checkpoint.h"
#include "train/files.h"

using namespace dlt;
using test::failure;
using train::Best;
using train::Existing;
using train::Run;

namespace {

void save(Run& run, std::int64_t step, Best best = Best::no, std::int64_t keep = 2) {
  run.save(step, best, keep, [](const std::string& folder) { write_file(folder + "/a", "a"); });
}

}  // namespace

TEST_CASE("a new run has its config and a log", "[train]") {
  const test::Folder folder;
  const Run run = Run::create(folder / "runs/a", R"({"seed": 1})", Existing::refuse);
  CHECK(run.config() == "{\"seed\": 1}\n");
  CHECK(Run::open(folder / "runs/a").config() == run.config());
  CHECK_THAT(read_file(run.path("log.txt"), Exit::data), Catch::EndsWith("  started\n"));
}

TEST_CASE("a folder with something in it is refused", "[train][errors]") {
  const test::Folder folder;
  write_file(folder / "thesis.tex", "years of work");
  CHECK(failure([&] { Run::create(folder.path(), "{}", Existing::refuse); }, Exit::usage) ==
        "'" + folder.path() +
            "' is not empty: go on with it by --resume, replace it by "
            "--overwrite, or give another --out");
  CHECK(failure([&] { Run::create(folder.path(), "{}", Existing::overwrite); }, Exit::usage) ==
        "'" + folder.path() +
            "' is not a run (no checkpoints/, no config.json with a log.txt): "
            "--overwrite replaces only runs, so give another --out");
  CHECK(failure([&] { Run::create(folder / "thesis.tex", "{}", Existing::overwrite); },
                Exit::usage) ==
        "'" + folder.path() + "/thesis.tex' is a file, a run needs a folder: give another --out");
  CHECK(folder.list() == std::vector<std::string>{"thesis.tex"});
}

TEST_CASE("overwriting removes the old run and nothing else", "[train]") {
  const test::Folder folder;
  {
    Run old = Run::create(folder.path(), "{}", Existing::refuse);
    save(old, 5, Best::yes);
    old.report(1, {{"loss", 1}});
  }
  write_file(folder / "notes.md", "mine");
  Run::create(folder.path(), R"({"seed": 2})", Existing::overwrite);
  CHECK(folder.list() == std::vector<std::string>{"config.json", "log.txt", "notes.md"});
}

TEST_CASE("a folder that cannot be made or opened says why", "[train][errors]") {
  const test::Folder folder;
  CHECK(failure([&] { Run::create("/proc/run", "{}", Existing::refuse); }, Exit::failed) ==
        "cannot make the folder '/proc/run': No such file or directory");
  CHECK(failure([&] { Run::open(folder / "none"); }, Exit::usage) ==
        "there is no run '" + (folder / "none") + "'");
  CHECK(failure([&] { Run::open(folder.path()); }, Exit::usage) ==
        "'" + folder.path() + "' is not a run: it has no config.json");
}

TEST_CASE("last and best are relative links that follow the checkpoints", "[train]") {
  const test::Folder folder;
  Run run = Run::create(folder.path(), "{}", Existing::refuse);
  save(run, 5, Best::yes);
  save(run, 10);
  CHECK(train::target_of(folder / "best") == "checkpoints/step-00000005");
  CHECK(train::target_of(folder / "last") == "checkpoints/step-00000010");
  CHECK(run.checkpoint("10") == folder / "checkpoints/step-00000010");
  CHECK(run.checkpoint("best") == folder / "checkpoints/step-00000005");
  save(run, 10, Best::yes);  // the same step once more
  CHECK(run.checkpoint("best") == run.checkpoint("last"));
  CHECK(train::names_in(folder / "checkpoints") ==
        std::vector<std::string>{"step-00000005", "step-00000010"});
}

TEST_CASE("a checkpoint that is not there says which are", "[train][errors]") {
  const test::Folder folder;
  Run run = Run::create(folder.path(), "{}", Existing::refuse);
  const std::string name = "run '" + folder.path() + "'";
  CHECK(failure([&] { run.checkpoint("last"); }, Exit::usage) ==
        name + " has no checkpoint 'last'; it has none yet");
  save(run, 5);
  save(run, 10);
  CHECK(failure([&] { run.checkpoint("7"); }, Exit::usage) ==
        name + " has no checkpoint '7'; it has last, 5, 10");
  CHECK(failure([&] { run.checkpoint("../x"); }, Exit::usage) ==
        name + " has no checkpoint '../x'; it has last, 5, 10");
  train::remove_all(folder / "checkpoints/step-00000010");
  CHECK(failure([&] { run.checkpoint("last"); }, Exit::damaged) ==
        "'" + folder.path() +
            "/last' points at 'checkpoints/step-00000010', which is missing; "
            "take another --checkpoint: it has 5");
}

TEST_CASE("a checkpoint that cannot be written leaves what was there", "[train][errors]") {
  const test::Folder folder;
  Run run = Run::create(folder.path(), "{}", Existing::refuse);
  save(run, 5);
  CHECK_THROWS(run.save(10, Best::yes, 1, [](const std::string& into) {
    write_file(into + "/model.safetensors", "x");
    fail("no space");
  }));
  CHECK(train::names_in(folder / "checkpoints") == std::vector<std::string>{"step-00000005"});
  CHECK(run.checkpoint("last") == folder / "checkpoints/step-00000005");
  CHECK_FALSE(run.has("best"));
}

TEST_CASE("a full disk stops with its reason and leaves no half line or file", "[train][errors]") {
  const test::Folder folder;
  Run run = Run::create(folder.path(), "{}", Existing::refuse);
  run.report(1, {{"loss", 1}});
  const std::string before = read_file(run.path("metrics.jsonl"), Exit::data);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tight{before.size() + 5, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const std::string report = failure([&] { run.report(2, {{"loss", 1}}); }, Exit::failed);
  const std::string checkpoint = failure(
      [&] {
        run.save(5, Best::no, 1, [](const std::string& into) {
          write_file(into + "/model.safetensors", std::string(1000, 'x'));
        });
      },
      Exit::failed);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  CHECK(report == "cannot write '" + run.path("metrics.jsonl") + "': File too large");
  CHECK(checkpoint == "cannot write '" +
                          run.path("checkpoints/step-00000005.partial/model.safetensors") +
                          "': File too large");
  CHECK(read_file(run.path("metrics.jsonl"), Exit::data) == before);
  CHECK(train::names_in(folder / "checkpoints").empty());
}

TEST_CASE("numbers that are not finite are null in the reports", "[train]") {
  const test::Folder folder;
  Run run = Run::create(folder.path(), "{}", Existing::refuse);
  run.report(3, {{"loss", NAN}, {"lr", 1e-4}});
  CHECK(read_file(run.path("metrics.jsonl"), Exit::data) ==
        "{\"step\": 3, \"loss\": null, \"lr\": 0.0001}\n");
}

TEST_CASE("a resumed run may be longer but not another experiment", "[train][errors]") {
  const test::Folder folder;
  Run::create(folder.path(), R"({"seed": 1, "model": {"layers": 2}, "train": {"steps": 10}})",
              Existing::refuse);
  const std::string file = "'" + (folder / "config.json") + "'";
  const auto resume = [&](const std::string& now) { Run::resume(folder.path(), now); };
  const std::string advice =
      " now: a resumed run cannot change it; put the old value back, or start a new run with "
      "another --out";

  const std::string longer =
      R"({"seed": 1.0, "model": {"layers": 2}, "train": {"steps": 20, "keep_last": 9}})";
  CHECK_NOTHROW(resume(longer));
  CHECK(Run::open(folder.path()).config() == longer + "\n");
  CHECK(failure([&] { resume(R"({"seed": 2, "model": {"layers": 2}, "train": {}})"); },
                Exit::usage) == "/seed is 1.0 in " + file + " and 2" + advice);
  CHECK(failure([&] { resume(R"({"seed": 1, "model": {"layers": 3}, "train": {}})"); },
                Exit::usage) == "/model/layers is 2 in " + file + " and 3" + advice);
  CHECK(failure([&] { resume(R"({"seed": 1, "model": {"layers": 2}, "train": {"batch": 4}})"); },
                Exit::usage) == "/train/batch is absent in " + file + " and 4" + advice);
  CHECK_NOTHROW(resume(R"({"seed": 1, "model": {"layers": 2}, "train": {"ema": 0.0, "a": false,
                           "groups": []}})"));  // off, as before there were such keys
  write_file(folder / "config.json", "torn {");
  CHECK(failure([&] { resume("{}"); }, Exit::damaged) ==
        file + " is damaged: it is not a JSON object");
}

TEST_CASE("a checkpoint of another shape or without its numbers is damaged", "[train][errors]") {
  const test::Folder folder;
  test::LinearTask task;
  optim::Optimizer adam(task.params(), {});
  train::save_checkpoint(folder.path(), {.step = 4, .metric = 0.25}, task.params(), adam);
  CHECK(train::read_place(folder.path()).step == 4);
  CHECK(train::read_place(folder.path()).metric == 0.25);
  CHECK(train::load_checkpoint(folder.path(), task.params(), adam).step == 4);

  nn::Params other(1);
  other.create("head.weight", {5, 3}, nn::zeros());
  other.create("head.bias", {2}, nn::zeros());
  CHECK(failure([&] { train::load_weights(folder.path(), other); }, Exit::damaged) ==
        "'head.weight' is [2, 3] in the checkpoint, [5, 3] in the model\n  in file " +
            (folder / "model.safetensors"));
  optim::Optimizer sgd(task.params(), optim::OptimizerConfig::parse(R"({"name": "sgd"})"));
  CHECK(
      failure([&] { train::load_checkpoint(folder.path(), task.params(), sgd); }, Exit::damaged) ==
      "the checkpoint has 'm.head.bias' [2], which this optimizer does not use\n  in file " +
          (folder / "state.safetensors"));
  train::remove_all(folder / "state.safetensors");
  write_file(folder / "state.safetensors", read_file(folder / "model.safetensors", Exit::data));
  CHECK(failure([&] { train::read_place(folder.path()); }, Exit::damaged) ==
        "'" + (folder / "state.safetensors") + "' is damaged: its metadata has no 'schedule_end'");
  write_file(folder / "model.safetensors", "short");
  CHECK_THAT(failure([&] { train::load_weights(folder.path(), other); }, Exit::damaged),
             Catch::Contains(folder / "model.safetensors"));
}

TEST_CASE("a run is written by one program at a time", "[train]") {
  const test::Folder folder;
  const std::string config = R"({"seed": 1, "model": {}, "train": {"steps": 1}})";
  const auto second = [&] { Run::resume(folder.path(), config); };
  {
    const Run first = Run::create(folder.path(), config, Existing::refuse);
    CHECK(failure(second, Exit::usage) == "another dlt is writing the run in '" + folder.path() +
                                              "': wait for it, or give another --out");
    CHECK_NOTHROW(Run::open(folder.path()));  // to look at
  }
  CHECK_NOTHROW(second());
}
