#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "io/safetensors.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

const std::string cnn = "configs/smoke/cnn-fashion.json";

Args with(Args args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

void trains(const std::string& config, const std::string& out, const Args& more = {}) {
  const Ended run = dlt(with({"train", config, "--quiet", "--out", out}, more));
  REQUIRE(run.err == "");
  REQUIRE(run.code == 0);
}

void same_checkpoint(const std::string& run, const std::string& other) {
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
    CAPTURE(file);
    CHECK(contents(run + file) == contents(other + file));
  }
}

nlohmann::json metrics(const std::string& run, const Args& more = {}) {
  const Ended eval = dlt(with({"eval", run, "--json"}, more));
  REQUIRE(eval.err == "");
  REQUIRE(eval.code == 0);
  return nlohmann::json::parse(eval.out);
}

}  // namespace

TEST_CASE("running statistics and augmentation resume byte for byte", "[cli][sequential]") {
  const Folder folder;
  trains(cnn, folder / "whole", {"--set", "train.steps=8"});
  trains(cnn, folder / "parts", {"--set", "train.steps=3"});
  trains(cnn, folder / "parts", {"--set", "train.steps=8", "--resume"});
  same_checkpoint(folder / "whole", folder / "parts");
  const io::SafetensorsFile weights(folder / "whole/last/model.safetensors");
  CHECK(weights.tensor("1.num_batches_tracked").item() == 8);
  const io::SafetensorsFile state(folder / "whole/last/state.safetensors");
  CHECK_FALSE(state.entries().contains("m.1.running_mean"));
  CHECK(state.entries().contains("m.1.weight"));
}

TEST_CASE("threads do not change a convolutional network's bytes", "[cli][sequential]") {
  const Folder folder;
  trains(cnn, folder / "one", {"--set", "train.steps=3", "--threads", "1"});
  trains(cnn, folder / "three", {"--set", "train.steps=3", "--threads", "3"});
  same_checkpoint(folder / "one", folder / "three");
}

TEST_CASE("evaluating twice gives the same numbers, dropout or not", "[cli][sequential]") {
  const Folder folder;
  trains("configs/smoke/mlp-moons.json", folder / "run");
  const Ended once = dlt({"eval", folder / "run"}), twice = dlt({"eval", folder / "run"});
  CHECK(once.code == 0);
  CHECK(once.out == twice.out);
  CHECK(metrics(folder / "run")["accuracy"].get<double>() >= 0.95);
  CHECK(metrics(folder / "run", {"--data", "data/fixtures/moons.csv"})["accuracy"].get<double>() >
        0.95);
}

TEST_CASE("linear regression, one row at a time, in batches, and all at once",
          "[cli][sequential]") {
  for (const char* batch : {"1", "16", "0"}) {
    CAPTURE(batch);
    const Folder folder;
    trains("configs/linreg.json", folder / "run",
           {"--set", std::string("train.batch=") + batch, "--set", "train.steps=400"});
    const nlohmann::json m = metrics(folder / "run");
    CHECK(m["rmse"].get<double>() < 0.2);
    CHECK(m["r2"].get<double>() > 0.99);
    CHECK_FALSE(m.contains("mse"));
  }
}

TEST_CASE("epochs become steps, and a run goes on by its folder", "[cli][sequential]") {
  const Folder folder;
  const std::string moons = "configs/smoke/mlp-moons.json";
  trains(moons, folder / "run", {"--set", "train.epochs=2"});
  const auto config = nlohmann::json::parse(contents(folder / "run/config.json"));
  CHECK(config["train"]["steps"] == 30);  // 240 rows in batches of 16, twice
  CHECK_FALSE(config["train"].contains("epochs"));
  CHECK(config["model"]["input"] == nlohmann::json{2});
  const Ended more =
      dlt({"train", folder / "run", "--resume", "--quiet", "--set", "train.steps=40"});
  CHECK(more.err == "");
  CHECK(more.code == 0);
}

TEST_CASE("weights leave with their buffers and come back equal", "[cli][sequential]") {
  const Folder folder;
  trains(cnn, folder / "run", {"--set", "train.steps=2"});
  for (const char* format : {"safetensors", "npz"}) {
    const Ended run = dlt({"export", "weights", folder / "run", "--format", format, "--out",
                           folder / format, "--check"});
    CHECK(run.code == 0);
    CHECK(run.out == "checked: 8 tensors equal\n");
  }
  refuses({"export", "weights", folder / "run", "--format", "hf", "--out", folder / "hf"}, 2,
          "this model cannot be exported as 'hf'; known: safetensors, npz");
}

TEST_CASE("what is wrong with a data set ends the command before a run is made",
          "[cli][sequential]") {
  const Folder folder;
  const auto train = [&](const std::string& set) {
    return Args{"train", cnn, "--quiet", "--out", folder / "run", "--set", set};
  };
  refuses(
      train("data.train_images=nope"), 3,
      "data.train_images: there is no file 'nope' (paths start at the folder that dlt is run in)");
  put(folder / "torn", std::string("\0\0\x08\x03\0\0", 6));
  refuses(train("data.train_images=" + (folder / "torn")), 3,
          "'" + (folder / "torn") + "': offset 4: the file ends inside the header");
  refuses(train("data.name=images.idy"), 2,
          "--set data.name: unknown data set 'images.idy'; did you mean 'images.idx'?");
  CHECK(folder.list() == Args{"torn"});
}

TEST_CASE("a run whose training data have changed is not resumed", "[cli][sequential]") {
  const Folder folder;
  const std::string moons = "configs/smoke/mlp-moons.json", rows = folder / "rows.csv";
  const Args on_copy = {"--set", "data.train=" + rows, "--set", "train.epochs=1"};
  put(rows, contents("data/fixtures/moons.csv"));
  trains(moons, folder / "run", on_copy);
  put(rows, contents("data/fixtures/moons.csv") + "9,9,upper\n");
  refuses(
      {"train", folder / "run", "--quiet", "--resume", "--set", "train.steps=99"}, 3,
      "the training data have changed since this run began, their columns, classes or means are "
      "not those of '" +
          (folder / "run/data.json") + "': start a new run, or bring the old data back");
}

}  // namespace dlt::test
