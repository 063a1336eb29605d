#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/paths.h"

namespace dlt::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<std::string> configs_in(const std::string& folder) {
  std::vector<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(in_source(folder))) {
    if (entry.path().extension() == ".json") {
      all.push_back(fs::relative(entry.path(), in_source("")));
    }
  }
  std::ranges::sort(all);
  return all;
}

json parsed(const std::string& config) {
  return json::parse(contents(in_source(config)), nullptr, true, true);
}

bool has_data(const std::string& config) {
  const json data = parsed(config)["data"];
  return data.contains("train") || data.contains("train_images") || data.contains("source") ||
         data.contains("task") || data.contains("vocabulary");
}

// Sequences without end, and as many held out as the config says.
bool is_endless(const std::string& config) { return parsed(config)["data"].contains("vocabulary"); }

bool is_seq2seq(const std::string& config) {
  return parsed(config)["model"]["name"].get<std::string>().starts_with("seq2seq.");
}

bool is_language(const std::string& config) {
  return parsed(config)["model"]["name"].get<std::string>().starts_with("lm.");
}

bool is_embedding(const std::string& config) {
  return parsed(config)["model"]["name"].get<std::string>().starts_with("embed.");
}

// Learned by counting or word by word: no steps, no batches.
bool has_no_steps(const std::string& config) {
  return parsed(config)["model"]["name"] == "lm.ngram" || is_embedding(config);
}

bool is_large(const std::string& config) { return parsed(config)["model"]["width"] > 512; }

// The data that are there: what a config fetches from elsewhere is replaced by the fixture.
Args on_data_at_hand(const std::string& config) {
  Args args;
  const json data = parsed(config)["data"];
  for (const auto& [key, value] : data.items()) {
    if (!value.is_string() || value.get<std::string>().find("data/raw/") != 0) continue;
    const fs::path name = fs::path(value.get<std::string>()).filename();
    args.push_back("--set");
    args.push_back("data." + key + "=data/fixtures/" +
                   (is_language(config) || is_embedding(config) ? "genesis.txt"
                    : is_seq2seq(config)   ? "pairs" + name.extension().string()
                    : name == "topics.txt" ? "udhr.tsv"
                                           : "fashion/" + name.string()));
  }
  return args;
}

Args with_short_warmup(const std::string& config) {
  if (!parsed(config)["train"]["schedule"].contains("warmup")) return {};
  return {"--set", "train.schedule.warmup=1"};
}

// Few pairs, translated in the quickest way.
Args of_few_pairs(const std::string& config) {
  if (is_endless(config)) return {"--set", "data.valid_sequences=2"};
  if (!is_seq2seq(config)) return {};
  if (parsed(config)["data"].contains("source")) return {"--set", "train.eval_beam=1"};
  return {"--set", "train.eval_beam=1", "--set", "data.valid_pairs=2"};
}

// A config that counts in epochs is to count in steps.
Args in_steps(const std::string& config) {
  if (is_embedding(config) || !parsed(config)["train"].contains("epochs")) return {};
  return {"--set", "train.epochs=null"};
}

}  // namespace

TEST_CASE("every config with data trains", "[cli][cli-slow]") {
  for (const std::string& config : configs_in("configs")) {
    if (!has_data(config)) continue;
    CAPTURE(config);
    const Folder folder;
    Args args = {"train", config, "--quiet", "--out", folder / "run"};
    if (!has_no_steps(config)) {
      const std::string batch = is_seq2seq(config) ? "train.batch_tokens=40" : "train.batch=2";
      const Args few = {"--set", "train.steps=2", "--set", batch, "--set", "train.eval_batches=1"};
      args.insert(args.end(), few.begin(), few.end());
    }
    for (const std::string& word : with_short_warmup(config)) args.push_back(word);
    for (const std::string& word : on_data_at_hand(config)) args.push_back(word);
    for (const std::string& word : in_steps(config)) args.push_back(word);
    for (const std::string& word : of_few_pairs(config)) args.push_back(word);
    const Ended run = dlt(args);
    CHECK(run.err == "");
    CHECK(run.code == 0);
    CHECK(dlt({"eval", folder / "run", "--json"}).code == 0);
  }
}

TEST_CASE("every config can be inspected and run dry", "[cli][cli-slow]") {
  for (const std::string& config : configs_in("configs")) {
    if (has_data(config) && !on_data_at_hand(config).empty()) continue;  // fetched, or not yet
    CAPTURE(config);
    CHECK(dlt({"inspect", config, "--json"}).code == 0);
    CHECK(dlt({"train", config, "--dry-run"}).code == 0);
  }
}

TEST_CASE("every config without a text is benched", "[cli][cli-slow]") {
  for (const std::string& config : configs_in("configs")) {
    if (has_data(config) || is_large(config)) continue;
    CAPTURE(config);
    const std::string batch = is_seq2seq(config) ? "train.batch_tokens=64" : "train.batch=1";
    const Ended run =
        dlt({"bench", config, "--steps", "1", "--tokens", "2", "--json", "--set", batch, "--set",
             is_seq2seq(config) ? "data.longest=30" : "model.context=32"});
    CHECK(run.err == "");
    REQUIRE(run.code == 0);
    const json figures = json::parse(run.out);
    CHECK(figures["tokens_per_second"].get<double>() > 0);
    if (is_language(config)) CHECK(figures["generated_tokens_per_second"].get<double>() > 0);
  }
}

TEST_CASE("the large configs are benched too", "[.slow]") {
  for (const std::string& config : configs_in("configs/bench")) {
    if (!is_large(config)) continue;
    CAPTURE(config);
    CHECK(dlt({"bench", config, "--steps", "1", "--tokens", "2"}, {.seconds = 600}).code == 0);
  }
}

}  // namespace dlt::test
