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

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

// The commands of ```sh blocks: a line each; one that ends in a backslash goes on.
std::vector<std::string> commands_in(const std::string& markdown) {
  std::vector<std::string> commands;
  bool inside = false, goes_on = false;
  for (const std::string& line : lines_of(markdown)) {
    if (line.starts_with("```")) {
      inside = line == "```sh";
      continue;
    }
    if (!inside || line.empty() || line.starts_with('#')) continue;
    if (goes_on)
      commands.back() += "\n" + line;
    else
      commands.push_back(line);
    goes_on = line.ends_with('\\');
  }
  return commands;
}

bool is_ours(const std::string& command) {
  return command.starts_with("dlt ") || command.starts_with("build/release/dlt ");
}

// A config whose training takes a moment.
void shorten(const fs::path& config) {
  json all = json::parse(contents(config), nullptr, true, true);
  const std::string name = all["model"]["name"];
  if (name == "lm.ngram" || name.starts_with("embed.")) return;
  json& train = all["train"];
  train.update({{"steps", 4}, {"eval_every", 2}});
  train.update(name.starts_with("seq2seq.") ? json{{"batch_tokens", 64}, {"eval_translations", 2}}
                                            : json{{"batch", 2}, {"eval_batches", 1}});
  train.erase("epochs");
  if (train.contains("schedule") && train["schedule"].contains("warmup")) {
    train["schedule"]["warmup"] = 1;
  }
  if (all["model"].contains("context")) all["model"]["context"] = 32;
  put(config, all.dump(2));
}

// What a reader has after scripts/run.sh, but for time: the same files with less in them.
void make_working_copy(const Folder& folder) {
  const fs::path source = in_source(""), copy = folder.path();
  fs::copy(source / "configs", copy / "configs", fs::copy_options::recursive);
  for (const auto& entry : fs::recursive_directory_iterator(copy / "configs")) {
    if (entry.path().extension() == ".json") shorten(entry.path());
  }
  fs::create_directories(copy / "data/raw");
  fs::create_directories(copy / "build/release");
  fs::create_directories(copy / "tests");
  fs::create_directory_symlink(source / "data/fixtures", copy / "data/fixtures");
  fs::create_directory_symlink(source / "tests/golden", copy / "tests/golden");
  fs::create_symlink(source / "data/fixtures/genesis.txt", copy / "data/raw/bible.txt");
  fs::create_symlink(source / "data/fixtures/poems-zh.txt", copy / "data/raw/fortunes-zh.txt");
  fs::create_symlink(binary(), copy / "build/release/dlt");
}

}  // namespace

TEST_CASE("commands are found in blocks of a README", "[cli]") {
  CHECK(commands_in(
            "dlt no\n```sh\n# why\ndlt a \\\n  --b\n\nscripts/x.sh\n```\n```json\n{}\n```\n") ==
        Args{"dlt a \\\n  --b", "scripts/x.sh"});
}

TEST_CASE("every dlt command of the README works as it stands", "[cli]") {
  const Folder folder;
  make_working_copy(folder);
  int count = 0;
  for (const std::string& command : commands_in(contents(in_source("README.md")))) {
    if (!is_ours(command)) continue;
    CAPTURE(command);
    const Ended run = shell("PATH=$PWD/build/release:$PATH; " + command,
                            {.folder = folder.path(), .seconds = 300});
    CAPTURE(run.err);
    CHECK(run.code == 0);
    ++count;
  }
  CHECK(count > 0);
}

TEST_CASE("every script the README names is there and can be run", "[cli]") {
  int count = 0;
  for (const std::string& command : commands_in(contents(in_source("README.md")))) {
    std::istringstream words(command);
    for (std::string word; words >> word;) {
      if (!word.starts_with("scripts/")) continue;
      CAPTURE(command);
      const fs::path script = fs::path(in_source(word));
      REQUIRE(fs::exists(script));
      const bool interpreted = command.starts_with("python3 ");
      const auto run_bit = fs::status(script).permissions() & fs::perms::owner_exec;
      CHECK((interpreted || run_bit != fs::perms::none));
      ++count;
    }
  }
  CHECK(count > 0);
}

}  // namespace dlt::test
