#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "ngram/model.h"
#include "support/folder.h"
#include "support/tiny_models.h"

namespace dlt::test {
namespace {

using nlohmann::json;

Ended good(const Args& args, const std::string& err = "") {
  Ended run = dlt(args);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  CHECK(run.err == err);
  return run;
}

std::string saved(const Folder& folder, const std::string& name, const ngram::Tables& tables,
                  ngram::Values values = ngram::Values::exact) {
  write_model(folder / name, tables, values);
  return folder / name;
}

ngram::Tables stupid() {
  ngram::Tables tables = random_tables(2, 5, 5, 1);
  tables.about.absent_bow = -0.4F;
  return tables;
}
constexpr const char* stupid_refused =
    "is a stupid back-off model: its scores are no probabilities and do not sum to 1; train it "
    "with another --smoothing";

}  // namespace

TEST_CASE("dlt ngram prune makes a smaller model", "[cli][ngram][prune]") {
  const Folder folder;
  const std::string lm = saved(folder, "lm", random_tables(3, 30, 200, 1)), out = folder / "small";
  const json all = json::parse(
      good({"ngram", "prune", "--lm", lm, "--entropy", "1e-4", "-o", out, "--json"}).out);
  const auto small = ngram::Model::open(out);
  CHECK(all["threshold"] == 1e-4);
  CHECK(all["before"].size() == 3);
  for (int n = 1; n <= 3; ++n)
    CHECK(all["after"][static_cast<std::size_t>(n - 1)] == small.count(n));
  CHECK(all["after"][2] < all["before"][2]);
  CHECK(json::parse(small.about().made)["pruned"] == 1e-4);
  CHECK_THAT(good({"ngram", "prune", "--lm", lm, "--entropy", "1", "-o", out}).out,
             Catch::StartsWith("n-grams          before         after\n1                    33"
                               "            33\n"));
  CHECK_THAT(good({"ngram", "audit", "--lm", out}).out,
             Catch::Contains("orphans   0 n-grams whose context is not stored"));
}

TEST_CASE("dlt ngram prune meets a number of n-grams and a size", "[cli][ngram][prune]") {
  const Folder folder;
  const std::string lm = saved(folder, "lm", random_tables(3, 30, 400, 1)), out = folder / "small";
  const std::string history = saved(folder, "history", random_tables(2, 30, 400, 1));
  good({"ngram", "prune", "--lm", lm, "--target-ngrams", "0.3K", "--history", history, "-o", out});
  auto small = ngram::Model::open(out);
  const auto count = small.count(1) + small.count(2) + (small.order() > 2 ? small.count(3) : 0);
  CHECK(count <= 300);
  CHECK(count > 280);
  for (const char* values : {"--json", "--quantize"}) {
    good({"ngram", "prune", "--lm", lm, "--target-size", "8k", values, "-o", out});
    const auto bytes = std::filesystem::file_size(out);
    CHECK(bytes <= 8192);
    CHECK(bytes > 7900);
  }
  CHECK(ngram::Model::open(out).values() == ngram::Values::quantized);
  good({"ngram", "prune", "--lm", out, "--target-ngrams", "1M", "-o", folder / "x.arpa"});
  CHECK(contents(folder / "x.arpa").find("\\data\\") != std::string::npos);
}

TEST_CASE("dlt ngram prune says what it needs", "[cli][ngram][prune]") {
  const Folder folder;
  const std::string lm = saved(folder, "lm", random_tables(2, 5, 5, 1)), out = folder / "out";
  const auto refused = [&](const Args& more, const std::string& sentence) {
    Args args = {"ngram", "prune", "--lm", lm};
    args.insert(args.end(), more.begin(), more.end());
    refuses(args, 2, sentence);
    CHECK(!std::filesystem::exists(out));
  };
  refused({"-o", out},
          "there is no goal: give one of --entropy, --target-ngrams and --target-size");
  refused({"-o", out, "--entropy", "1e-8", "--target-size", "1M"},
          "there are several goals: give one of --entropy, --target-ngrams and --target-size");
  refused({"-o", out, "--entropy", "2"},
          "--entropy: expected a number in [0, 1], got '2' (see `dlt ngram prune --help`)");
  refused({"-o", out, "--target-ngrams", "many"},
          "--target-ngrams: expected a number like 500K, 1M or 2G, got 'many'");
  refused({"-o", out, "--target-ngrams", "7"},
          "--target-ngrams 7 is less than the model's 8 words, which stay: give at least that");
  CHECK_THAT(dlt({"ngram", "prune", "--lm", lm, "-o", out, "--target-size", "100"}).err,
             Catch::StartsWith("dlt: --target-size 100 is less than the ") &&
                 Catch::EndsWith(" bytes of the model's words, which stay: give at least that\n"));
  refused(
      {"-o", folder / "./lm", "--entropy", "1e-8"},
      "--out '" + (folder / "./lm") + "' is a model that is read: give the name of another file");
  refused({"-o", folder / "x.arpa", "--quantize", "--entropy", "1e-8"},
          "--quantize is for dlt's own files, '" + (folder / "x.arpa") +
              "' would be an ARPA file: leave it out");
  refused({"-o", folder / "x.arpa", "--target-size", "1M"},
          "--target-size is that of dlt's own file, '" + (folder / "x.arpa") +
              "' would be an ARPA file: give --target-ngrams");
  const std::string bytes = saved(folder, "bytes", tiny_tables({{"a", 1}}, ngram::Unit::bytes));
  refused({"-o", out, "--entropy", "1e-8", "--history", bytes},
          "--history '" + bytes + "' is a model of another unit than '" + lm +
              "': give one of the same");
  const std::string other = saved(folder, "stupid", stupid());
  refuses({"ngram", "prune", "--lm", other, "--entropy", "1e-8", "-o", out}, 2,
          "'" + other + "' " + stupid_refused);
}

TEST_CASE("dlt ngram mix mixes with weights", "[cli][ngram][mix]") {
  const Folder folder;
  const std::string a = saved(folder, "a", random_tables(3, 20, 100, 1)),
                    b = saved(folder, "b", random_tables(2, 30, 100, 2), ngram::Values::quantized),
                    out = folder / "out";
  const Args args = {"ngram", "mix", "--lm", a, "--lm", b, "-o", out};
  Args weights = args;
  weights.insert(weights.end(), {"--weights", "3,1"});
  CHECK_THAT(good(weights, "dlt: the weights sum to 4, they are divided by that\n").out,
             Catch::StartsWith("    weight  perplexity  model\n  0.750000           -  " + a +
                               "\n  0.250000           -  " + b + "\nn-grams     33 "));
  const auto made = json::parse(ngram::Model::open(out).about().made);
  CHECK(made["mix"][0]["weight"] == 0.75);
  const std::string once = contents(out);
  weights.back() = "0.75,0.25";
  weights.insert(weights.end(), {"--threads", "1", "--json"});
  const json all = json::parse(good(weights).out);
  CHECK(contents(out) == once);
  CHECK(all["models"][1]["weight"] == 0.25);
  CHECK(all["out"]["ngrams"][0] == 33);
  CHECK(json::parse(good({"ngram", "audit", "--lm", out, "--json"}).out)["worst"] < 1e-5);
}

TEST_CASE("dlt ngram mix finds weights", "[cli][ngram][mix]") {
  const Folder folder;
  const std::string a = saved(folder, "a", random_tables(3, 20, 100, 1)),
                    b = saved(folder, "b", random_tables(3, 20, 100, 2, 'b'));
  std::string text;
  for (std::uint64_t i = 0; i < 40; ++i) {
    text += random_sentence(20, i + 900, i < 30 ? 'a' : 'b') + "\n";
  }
  put(folder / "dev.txt", text);
  const json all = json::parse(
      good({"ngram", "mix", "--lm", a, "--lm", b, "--tune", folder / "dev.txt", "--json"}).out);
  CHECK(all["models"][0]["weight"] > 0.6);
  CHECK(all["mix"]["perplexity"] < all["models"][0]["perplexity"]);
  CHECK(all["mix"]["perplexity"] < all["models"][1]["perplexity"]);
  CHECK(!all.contains("out"));
  const Ended run = good(
      {"ngram", "mix", "--lm", a, "--lm", b, "--tune", folder / "dev.txt", "-o", folder / "mixed"});
  CHECK_THAT(run.out, Catch::Contains("tokens\nn-grams     43 "));
  CHECK(std::filesystem::exists(folder / "mixed"));
}

TEST_CASE("dlt ngram mix of one model normalizes it", "[cli][ngram][mix]") {
  const Folder folder;
  const std::string lm =
      saved(folder, "lm",
            tiny_tables({{"a", 0.5, 0.5}, {"b", 0.3}, {"</s>", 0.2}, {"a b", 0.6}, {"a a", 0.1}}));
  const Ended bad = dlt({"ngram", "audit", "--lm", lm});
  CHECK(bad.code == 1);
  CHECK(bad.out ==
        "contexts  2\nworst     0.2 from 1, after 'a'\norphans   0 n-grams whose context is not "
        "stored\n");
  CHECK(bad.err == "dlt: '" + lm +
                       "' is no distribution: after 'a' the probabilities sum to 1 with an error "
                       "of 0.2; `dlt ngram mix --lm " +
                       lm + " --out FILE` normalizes it\n");
  good({"ngram", "mix", "--lm", lm, "-o", folder / "better"});
  good({"ngram", "audit", "--lm", folder / "better"});
}

TEST_CASE("dlt ngram mix says what it needs", "[cli][ngram][mix]") {
  const Folder folder;
  const std::string a = saved(folder, "a", random_tables(2, 5, 5, 1)),
                    b = saved(folder, "b", tiny_tables({{"a", 1}}, ngram::Unit::bytes)),
                    c = saved(folder, "c", stupid()), out = folder / "out";
  put(folder / "dev.txt", "a0\n");
  const auto refused = [&](const Args& more, const std::string& sentence) {
    Args args = {"ngram", "mix", "--lm", a};
    args.insert(args.end(), more.begin(), more.end());
    refuses(args, 2, sentence);
    CHECK(!std::filesystem::exists(out));
  };
  refused({"--lm", a, "-o", out},
          "there are no weights: give --weights 0.7,0.3 or a text to find them with, --tune TEXT");
  refused({"--lm", a, "-o", out, "--weights", "1"},
          "--weights has 1 numbers for 2 models: give one for each");
  refused({"--lm", a, "-o", out, "--weights", "0,0"}, "all weights are 0: give one model a weight");
  refused({"--lm", a, "-o", out, "--weights", "1,-1"},
          "--weights: expected a number in [0, 1000000], got '-1' (see `dlt ngram mix --help`)");
  refused({"--lm", a, "-o", out, "--weights", "1,0", "--tune", folder / "dev.txt"},
          "--weights and --tune are both given: give one");
  refused({"--lm", a, "--weights", "1,0"},
          "there is nothing to do: give --out FILE, or a text with --tune");
  refused({"--lm", b, "-o", out, "--weights", "0.5,0.5"},
          "models of words and of bytes have no text in common: mix models of one unit");
  refused({"--lm", c, "-o", out, "--weights", "0.5,0.5"}, "'" + c + "' " + stupid_refused);
  refused({"--lm", a, "-o", a, "--weights", "0.5,0.5"},
          "--out '" + a + "' is a model that is read: give the name of another file");
  refused(
      {"--tune", folder / "dev.txt", "-o", folder / "dev.txt"},
      "--out '" + (folder / "dev.txt") + "' is a text that is read: give the name of another file");
}

TEST_CASE("dlt ngram audit says that stupid back-off is none", "[cli][ngram][audit]") {
  const Folder folder;
  const std::string lm = saved(folder, "lm", stupid());
  const Ended run = good({"ngram", "audit", "--lm", lm, "--json"},
                         "dlt: stupid back-off: scores, not probabilities\n");
  CHECK(json::parse(run.out)["distribution"] == false);
}

}  // namespace dlt::test
