#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

Args with(Args args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

Args smoke(const std::string& name, const std::string& out, const Args& more = {}) {
  return with({"train", "configs/smoke/seq-" + name + ".json", "--quiet", "--out", out}, more);
}

void good(const Args& args) {
  const Ended run = dlt(args);
  CAPTURE(args);
  REQUIRE(run.err == "");
  REQUIRE(run.code == 0);
}

json measured(const std::string& run, const Args& more = {}) {
  const Ended eval = dlt(with({"eval", run, "--json"}, more));
  REQUIRE(eval.err == "");
  return json::parse(eval.out);
}

void same_run(const std::string& run, const std::string& other) {
  for (const char* file : {"/last/model.safetensors", "/last/state.safetensors"}) {
    CAPTURE(file);
    CHECK(contents(run + file) == contents(other + file));
  }
}

const Args constant = {"--set", "train.schedule.name=constant",
                       "--set", "train.schedule.warmup=null",
                       "--set", "train.epochs=null"};

}  // namespace

TEST_CASE("sequence models stop and resume byte for byte, with any threads", "[cli][sequence]") {
  for (const char* name : {"selective-copy", "listops", "text", "series"}) {
    CAPTURE(name);
    const Folder folder;
    const auto train = [&](const std::string& out, const Args& more) {
      good(smoke(name, folder / out, with(constant, more)));
    };
    train("whole", {"--set", "train.steps=30", "--threads", "1"});
    train("parts", {"--set", "train.steps=11", "--threads", "3"});
    train("parts", {"--set", "train.steps=30", "--resume"});
    same_run(folder / "whole", folder / "parts");
  }
}

TEST_CASE("small models learn made-up sequences and are measured at other lengths",
          "[cli][sequence]") {
  const Folder folder;
  good(smoke("induction", folder / "run"));
  CHECK(measured(folder / "run")["accuracy"].get<double>() > 0.9);
  good({"data", "make", "induction", "--length", "30", "--vocabulary", "5", "--count", "40",
        "--out", folder / "long.tsv"});
  const json longer = measured(folder / "run", {"--data", folder / "long.tsv"});
  CHECK(longer["accuracy"].get<double>() > 0.25);
  CHECK(longer["exact"] == longer["accuracy"]);
  good(smoke("selective-copy", folder / "copy"));
  const json copy = measured(folder / "copy");
  CHECK(copy["accuracy"].get<double>() > 0.6);
  CHECK(copy["exact"] <= copy["accuracy"]);
}

TEST_CASE("a series is predicted in its own unit", "[cli][sequence]") {
  const Folder folder;
  good(smoke("series", folder / "run"));
  const json m = measured(folder / "run");
  CHECK(m["rmse"].get<double>() < 1.0);
  CHECK(m["r2"].get<double>() > 0.8);
  const double standardized = std::sqrt(m["loss"].get<double>());
  const auto kept = json::parse(contents(folder / "run/data.json"));
  CHECK(m["rmse"].get<double>() ==
        Approx(standardized * kept["deviation"].back().get<double>()).epsilon(1e-4));
  CHECK(measured(folder / "run", {"--data", "data/fixtures/waves.csv"})["r2"].get<double>() > 0.8);
  const std::string rows = folder / "rows.csv";
  put(rows, contents("data/fixtures/waves.csv"));
  good(smoke("series", folder / "copy",
             with(constant, {"--set", "train.steps=2", "--set", "data.train=" + rows})));
  put(rows, contents(rows) + "400,99\n");
  refuses(
      {"train", folder / "copy", "--quiet", "--resume", "--set", "train.steps=9"}, 3,
      "the training data have changed since this run began, their columns, classes or means are "
      "not those of '" +
          (folder / "copy/data.json") + "': start a new run, or bring the old data back");
}

TEST_CASE("a sequence model of texts tells their classes", "[cli][sequence]") {
  const Folder folder;
  good(smoke("text", folder / "run"));
  CHECK(measured(folder / "run")["accuracy"].get<double>() > 0.5);
  const Ended run =
      dlt({"predict", folder / "run", "--json", "--top", "5"}, {.in = "toda persona\n\n"});
  CHECK(run.err == "");
  CHECK(std::ranges::count(run.out, '\n') == 2);
  CHECK(json::parse(run.out.substr(0, run.out.find('\n')))["classes"].size() == 5);
  for (const char* format : {"safetensors", "npz"}) {
    CHECK(dlt({"export", "weights", folder / "run", "--format", format, "--out", folder / "w",
               "--check"})
              .out == "checked: 7 tensors equal\n");
  }
  CHECK(dlt({"inspect", folder / "run", "--json"}).code == 0);
}

TEST_CASE("lists of digits and pixels run through every command", "[cli][sequence]") {
  const Folder folder;
  good(smoke("listops", folder / "run"));
  const json m = measured(folder / "run");
  CHECK(m["accuracy"].get<double>() > 0.2);
  CHECK(json::parse(contents(folder / "run/config.json"))["train"]["steps"] == 300);
  put(folder / "long.tsv", "[MAX 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 ]\t9\n");
  refuses({"eval", folder / "run", "--data", folder / "long.tsv"}, 3,
          (folder / "long.tsv") + ":1: 17 tokens are more than data.longest = 16: set it higher");
  good({"data", "make", "induction", "--length", "40", "--count", "3", "--out", folder / "i.tsv"});
  good({"train", "configs/smoke/seq-induction.json", "--quiet", "--out", folder / "i", "--set",
        "model={\"name\": \"seq.transformer\", \"layers\": 1, \"width\": 8, \"heads\": 2, "
        "\"context\": 20}",
        "--set", "train.steps=2", "--set", "data.vocabulary=16"});
  refuses({"eval", folder / "i", "--data", folder / "i.tsv"}, 2,
          "'" + (folder / "i.tsv") +
              "': a sequence has 40 steps, the model sees 20: it cannot go beyond model.context");

  good(smoke("pixels", folder / "pixels", {"--set", "train.steps=2"}));
  CHECK(measured(folder / "pixels").contains("accuracy"));
  const Ended inspect = dlt({"inspect", "configs/smoke/seq-pixels.json"});
  CHECK_THAT(inspect.out, Contains("backbone.layers.0.mixer"));
  CHECK_THAT(inspect.out, Contains("[4, 784, 8]"));
  const Ended bench = dlt({"bench", "configs/smoke/seq-selective-copy.json", "--steps", "1"});
  CHECK(bench.err == "");
  CHECK_THAT(bench.out, Contains("sequences_per_second"));
  CHECK(dlt({"gradcheck", "configs/smoke/seq-induction.json"}).code == 0);
  refuses({"predict", folder / "run", "x"}, 2,
          "'" + (folder / "run") +
              "' is no text classifier: dlt predict is for runs of net.text_classifier, and of "
              "seq.* models on text.classes");
}

TEST_CASE("made-up sequences are the same for one seed", "[cli][sequence]") {
  const Folder folder;
  for (const Args& task : {Args{"listops", "--length", "20", "--depth", "3"},
                           Args{"selective-copy", "--length", "10", "--tokens", "2"},
                           Args{"induction", "--length", "10"}}) {
    CAPTURE(task.front());
    const auto make = [&](const std::string& out, const std::string& seed) {
      good(with(with({"data", "make"}, task),
                {"--count", "20", "--seed", seed, "--out", folder / out}));
      return contents(folder / out);
    };
    const std::string once = make("a", "7");
    CHECK(once == make("b", "7"));
    CHECK(once != make("c", "8"));
    CHECK(std::ranges::count(once, '\n') == 20);
  }
  refuses({"data", "make", "selective-copy", "--length", "3", "--out", folder / "x"}, 2,
          "--tokens 16 are more than --length 3: they must have a place each");
  refuses({"data", "make", "listops", "--length", "9", "--min-length", "10", "--out", folder / "x"},
          2, "--min-length 10 is more than --length 9: no expression fits both");
  refuses({"data", "make", "listops", "--length", "3000", "--min-length", "2900", "--depth", "2",
           "--out", folder / "x"},
          2,
          "none of 200000 expressions has 2900 to 3000 tokens: lists within lists to a depth of 2 "
          "with at most 10 arguments are seldom so long: use a smaller length or a larger depth");
  CHECK_FALSE(std::ranges::count(folder.list(), "x"));
}

TEST_CASE("a sequence model needs data to train", "[cli][sequence]") {
  const Folder folder;
  put(folder / "c.json", R"({"model": {"name": "seq.gru"}})");
  refuses({"train", folder / "c.json", "--quiet", "--out", folder / "run"}, 2,
          "the config has no data: add \"data\": {\"name\": \"induction\"}, say");
  CHECK(dlt({"inspect", folder / "c.json"}).code == 0);
  put(folder / "e.json", R"({"model": {"name": "seq.gru"}, "data": {"name": "induction"},
    "train": {"epochs": 2}})");
  refuses({"train", folder / "e.json", "--quiet", "--out", folder / "run"}, 2,
          (folder / "e.json") +
              ":2:25: /train/epochs: there are no data whose size would be known: give steps");
}

}  // namespace dlt::test
