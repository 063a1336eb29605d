#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/tiny.h"
#include "ngram/model.h"
#include "support/folder.h"
#include "support/tiny_models.h"

namespace dlt::test {
namespace {

using nlohmann::json;

Ended good(const Args& args, const Around& around = {}) {
  Ended run = dlt(args, around);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.err == "");
  return run;
}

// "the large green" and what may follow.
std::string colours(const Folder& folder) {
  const std::string file = folder / "colours.dlt";
  ngram::write_model(file, tiny_tables({{"<unk>", 0.05},
                                        {"<s>", 0, 1},
                                        {"</s>", 0.15},
                                        {"the", 0.2, 0.5},
                                        {"large", 0.1, 0.5},
                                        {"green", 0.1, 0.5},
                                        {"grass", 0.2, 1},
                                        {"house", 0.2, 0.1 / 0.8},
                                        {"the large", 0.55},
                                        {"large green", 0.55},
                                        {"green grass", 0.35},
                                        {"green house", 0.35},
                                        {"house </s>", 0.8, 1}}));
  return file;
}

// Characters: "ab ab", over and over.
std::string characters(const Folder& folder) {
  const std::string file = folder / "characters.dlt";
  ngram::write_model(file, tiny_tables({{"<s>", 0, 0},
                                        {"a", 0.5, 0},
                                        {"b", 0.5, 0},
                                        {"\u2581", 0, 0},
                                        {"a b", 1},
                                        {"b \u2581", 1},
                                        {"\u2581 a", 1},
                                        {"<s> a", 1}},
                                       ngram::Unit::chars));
  return file;
}

std::size_t words_in(const std::string& text) {
  std::istringstream in(text);
  std::size_t count = 0;
  for (std::string word; in >> word;) ++count;
  return count;
}

}  // namespace

TEST_CASE("dlt ngram suggest lists the likeliest next words", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = colours(folder);
  CHECK(good({"ngram", "suggest", "--lm", lm, "the large green", "--top", "3"}).out ==
        "0.350000\tgrass\n0.350000\thouse\n0.100000\tthe\n");
  CHECK(good({"ngram", "suggest", "--lm", lm, "--top", "1", "the", "never heard\nhouse"}).out ==
        "0.550000\tlarge\n\n0.800000\t</s>\n");
}

TEST_CASE("dlt ngram suggest completes words and answers lines", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = colours(folder);
  CHECK(good({"ngram", "suggest", "--lm", lm, "--complete", "the large g"}).out ==
        "0.550000\tgreen\n0.100000\tgrass\n");
  CHECK(good({"ngram", "suggest", "--lm", lm, "--complete", "--top", "1", "the "}).out ==
        "0.550000\tlarge\n");
  const Ended run =
      good({"ngram", "suggest", "--lm", lm, "--json", "--top", "2"}, {.in = "the\r\nlarge\xFF"});
  std::istringstream lines(run.out);
  std::string line;
  REQUIRE(std::getline(lines, line));
  const json first = json::parse(line);
  CHECK(first["text"] == "the");
  CHECK(first["prefix"] == "");
  CHECK(first["suggestions"].size() == 2);
  CHECK(first["suggestions"][0]["word"] == "large");
  CHECK(first["suggestions"][0]["probability"].get<double>() == Approx(0.55));
  REQUIRE(std::getline(lines, line));
  CHECK(json::parse(line)["text"] == "large\uFFFD");
  CHECK(!std::getline(lines, line));
}

TEST_CASE("dlt ngram suggest takes models of characters", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = characters(folder);
  CHECK(good({"ngram", "suggest", "--lm", lm, "--top", "1", "ab"}).out == "1.000000\t \n");
  CHECK(good({"ngram", "suggest", "--lm", lm, "--top", "1", "ab "}).out == "1.000000\ta\n");
  refuses({"ngram", "suggest", "--lm", lm, "--complete", "ab"}, 2,
          "--complete is for models of words, but '" + lm + "' is one of characters: leave it out");
}

TEST_CASE("dlt ngram generate draws the same sentences from the same seed", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = colours(folder);
  const Args args = {"ngram",    "generate",   "--lm",        lm,
                     "--prompt", "the  large", "--sentences", "20"};
  const std::string text = good(args).out;
  CHECK(text == good(args).out);
  Args other = args;
  other.insert(other.end(), {"--seed", "2", "--threads", "1"});
  CHECK(text != good(other).out);
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(line.starts_with("the large"));
  CHECK(count == 20);
  CHECK(text.find("<unk>") == text.npos);
  CHECK(good({"ngram", "generate", "--lm", lm, "--prompt", "the", "--tokens", "3", "--temperature",
              "0"})
            .out == "the large green grass\n");
}

TEST_CASE("dlt ngram generate counts tokens, ends of sentences too", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = colours(folder);
  for (const char* tokens : {"1", "50"}) {
    const std::string text = good({"ngram", "generate", "--lm", lm, "--tokens", tokens}).out;
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const auto drawn = words_in(text) + lines;  // the last sentence may be cut
    CHECK((drawn == std::stoul(tokens) || drawn == std::stoul(tokens) + 1));
  }
  const std::string all = good({"ngram", "generate", "--lm", lm}).out;
  const auto lines = static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n'));
  CHECK(words_in(all) + lines >= 200);
  CHECK(words_in(all) + lines <= 201);
}

TEST_CASE("a sentence that never ends is cut", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = characters(folder);
  const std::string line =
      good({"ngram", "generate", "--lm", lm, "--sentences", "1", "--temperature", "0"}).out;
  CHECK(line.size() == 1001);
  CHECK(line.starts_with("ab ab ab "));
  CHECK(good({"ngram", "generate", "--lm", lm, "--prompt", "ab", "--tokens", "4"}).out ==
        "ab ab \n");
}

TEST_CASE("what dlt ngram suggest and generate cannot do is said", "[cli][ngram][next]") {
  const Folder folder;
  const std::string lm = colours(folder);
  CHECK(dlt({"ngram", "suggest", "the"}).code == 2);
  CHECK(dlt({"ngram", "suggest", "--lm", folder / "none", "the"}).code == 2);
  CHECK(dlt({"ngram", "suggest", "--lm", lm, "--top", "0", "the"}).code == 2);
  refuses({"ngram", "generate", "--lm", lm, "--top-p", "1.5"}, 2,
          "--top-p: expected a number in [0, 1], got '1.5' (see `dlt ngram generate --help`)");
  refuses({"ngram", "generate", "--lm", lm, "--temperature", "-1"}, 2,
          "--temperature: expected a number in [0, 100], got '-1' (see `dlt ngram generate "
          "--help`)");
  const Ended full = shell("$dlt ngram generate --lm " + lm + " > /dev/full");
  CHECK(full.code == 1);
  CHECK(full.err == "dlt: cannot write to standard output: No space left on device\n");
}

}  // namespace dlt::test
