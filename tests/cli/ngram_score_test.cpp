#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "ngram/model.h"
#include "ngram/tables.h"
#include "support/folder.h"
#include "support/run_dlt.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

// "the cat" is likely; <unk> 0, <s> 1, </s> 2, the 3, cat 4, sat 5.
std::string toy(const Folder& folder) {
  Grams grams = {{{0}, {-2, 0}},         {{1}, {-99, -0.5F}},  {{2}, {-1, 0}},
                 {{3}, {-0.5F, -0.25F}}, {{4}, {-1, -0.125F}}, {{5}, {-1.5F, 0}},
                 {{3, 1}, {-0.25F, 0}},  {{4, 3}, {-0.75F, 0}}};
  const std::string file = folder / "toy.ngram";
  ngram::write_model(file, tables_of({"the", "cat", "sat"}, grams, 2));
  return file;
}

Ended score(const Args& more, const Around& around = {}) {
  Args args = {"ngram", "score"};
  args.insert(args.end(), more.begin(), more.end());
  return dlt(args, around);
}

std::string good(const Args& args, const Around& around = {}) {
  const Ended run = score(args, around);
  CHECK(run.err == "");
  REQUIRE(run.code == 0);
  return run.out;
}

std::string refusal(const Args& args, int code, const Around& around = {}) {
  const Ended run = score(args, around);
  CHECK(run.code == code);
  return run.err;
}

}  // namespace

TEST_CASE("dlt ngram score prints what KenLM's query prints", "[cli][ngram]") {
  const Folder folder;
  const std::string lm = toy(folder);
  const std::string words =
      "the=3 2 -0.25\tcat=4 2 -0.75\t</s>=2 1 -1.125\tTotal: -2.125 OOV: 0\n"
      "dog=0 1 -2.5\tsat=5 1 -1.5\t</s>=2 1 -1\tTotal: -5 OOV: 1\n";
  const std::string summary =
      "Perplexity including OOVs:\t15.39926526059492\n"
      "Perplexity excluding OOVs:\t8.413951416451951\nOOVs:\t1\nTokens:\t6\n";
  const std::string text = "the cat\ndog sat";  // a last line without an end counts
  CHECK(good({"--lm", lm}, {.in = text}) == words + summary);
  CHECK(good({"--lm", lm, "the cat", "dog sat"}) == words + summary);
  CHECK(good({"--lm", lm, "--per", "sentence"}, {.in = text}) ==
        "Total: -2.125 OOV: 0\nTotal: -5 OOV: 1\n" + summary);
  write_file(folder / "text", text);
  CHECK(good({"--lm", lm, "--summary", "--text", folder / "text"}) == summary);
  CHECK(good({"--lm", lm, "--no-bounds", "the cat"}) ==
        "the=3 1 -0.5\tcat=4 2 -0.75\tTotal: -1.25 OOV: 0\n"
        "Perplexity including OOVs:\t4.216965034285822\n"
        "Perplexity excluding OOVs:\t4.216965034285822\nOOVs:\t0\nTokens:\t2\n");
}

TEST_CASE("dlt ngram score prints what SRILM's ngram -ppl prints", "[cli][ngram]") {
  const Folder folder;
  const std::string lm = toy(folder);
  CHECK(good({"--lm", lm, "--format", "srilm", "the cat dog"}) ==
        "the cat dog\n"
        "\tp( the | <s> ) \t= [2gram] 0.562341 [ -0.25 ]\n"
        "\tp( cat | the ...) \t= [2gram] 0.177828 [ -0.75 ]\n"
        "\tp( dog | cat ...) \t= [OOV] 0 [ -inf ]\n"
        "\tp( </s> | dog ...) \t= [1gram] 0.1 [ -1 ]\n"
        "1 sentences, 3 words, 1 OOVs\n0 zeroprobs, logprob= -2 ppl= 4.64159 ppl1= 10\n\n"
        "file command line: 1 sentences, 3 words, 1 OOVs\n"
        "0 zeroprobs, logprob= -2 ppl= 4.64159 ppl1= 10\n");
}

TEST_CASE("dlt ngram score prints JSON lines", "[cli][ngram]") {
  const Folder folder;
  const std::string lm = toy(folder);
  const std::string out = good({"--lm", lm, "--json", "the \"c\xC3\xA9\xFF"});
  const auto end = out.find('\n');
  const json line = json::parse(out.substr(0, end)), summary = json::parse(out.substr(end));
  CHECK(line["line"] == 1);
  CHECK(line["tokens"][0] ==
        json({{"w", "the"}, {"id", 3}, {"n", 2}, {"lp", -0.25}, {"oov", false}}));
  CHECK(line["tokens"][1]["w"] == "\"c\u00E9\uFFFD");
  CHECK(line["tokens"][1]["oov"] == true);
  CHECK(line["lp"] == -3.5);
  CHECK(summary["summary"] == true);
  CHECK(summary["tokens"] == 3);
  CHECK(summary["oov_rate"] == 0.5);
  CHECK(summary["hits"] == json({{"1", 2}, {"2", 1}}));
  CHECK(summary["ppl"].get<double>() == Approx(std::pow(10, 3.5 / 3)));
  CHECK(summary["ppl_known"].get<double>() == Approx(std::pow(10, 1.25 / 2)));
  CHECK(summary["ppl1_srilm"].get<double>() == Approx(std::pow(10, 1.25)));
  // Nothing known: no number
  CHECK_THAT(good({"--lm", lm, "--json", "--no-bounds", "x"}), Contains("\"ppl_known\":null"));
}

TEST_CASE("dlt ngram score sums documents up", "[cli][ngram]") {
  const Folder folder;
  const std::string out =
      good({"--lm", toy(folder), "--per", "document"}, {.in = "\nthe cat\nsat\n\n \nthe\n"});
  CHECK_THAT(out, StartsWith("Total: -5.125 OOV: 0\nTotal: -1.5 OOV: 0\nPerplexity"));
  CHECK_THAT(out, Contains("Tokens:\t7\n"));
}

TEST_CASE("dlt ngram score answers a line as soon as it is there", "[cli][ngram]") {
  const Folder folder;
  const Ended run =
      shell("mkfifo in out; \"$dlt\" ngram score --lm " + toy(folder) +
                " --per sentence < in > out & exec 3> in 4< out; "
                "echo the cat >&3; read a <&4; echo got $a; echo dog >&3; read b <&4; echo got $b; "
                "exec 3>&-; cat <&4 | tail -n 1; wait",
            {.folder = folder.path(), .seconds = 20});
  CHECK(run.out == "got Total: -2.125 OOV: 0\ngot Total: -3.5 OOV: 1\nTokens:\t5\n");
}

TEST_CASE("dlt ngram score reads gzip from a pipe", "[cli][ngram]") {
  const Folder folder;
  const Ended run = shell("(echo the cat | gzip; echo dog | gzip) | \"$dlt\" ngram score --lm " +
                              toy(folder) + " --per sentence",
                          {.folder = folder.path()});
  CHECK_THAT(run.out, StartsWith("Total: -2.125 OOV: 0\nTotal: -3.5 OOV: 1\n"));
  const Ended cut =
      shell("echo the cat | gzip | head -c 20 | \"$dlt\" ngram score --lm " + toy(folder),
            {.folder = folder.path()});
  CHECK(cut.code == 3);
  CHECK(cut.err == "dlt: cannot read '-': the compressed data end early\n");
}

TEST_CASE("dlt ngram score says what is wrong", "[cli][ngram]") {
  const Folder folder;
  const std::string lm = toy(folder);
  CHECK(refusal({"--lm", lm}, 3) ==
        "dlt: standard input holds no sentence: there is nothing to score\n");
  write_file(folder / "empty", "");
  CHECK(refusal({"--lm", lm, "--text", folder / "empty"}, 3) ==
        "dlt: '" + (folder / "empty") + "' holds no sentence: there is nothing to score\n");
  CHECK_THAT(refusal({"--lm", lm, "--text", folder / "none"}, 3),
             StartsWith("dlt: cannot open '" + (folder / "none") + "': No such file"));
  CHECK_THAT(refusal({"--lm", folder / "none", "x"}, 2), StartsWith("dlt: there is no model '"));
  CHECK(refusal({"--lm", lm, "--text", "t", "x"}, 2) ==
        "dlt: sentences on the command line and --text 't' are both to be scored: give one of "
        "them\n");
  CHECK(refusal({"--lm", lm}, 3, {.in = "the\nthe <s>\n"}) ==
        "dlt: standard input:2:5: '<s>' stands for the beginning of a sentence, which each line "
        "has by itself: take it out, or use --no-bounds\n");
  write_file(folder / "cut", read_file(lm, Exit::failed).substr(0, 700));
  CHECK(refusal({"--lm", folder / "cut", "x"}, 5) ==
        "dlt: '" + (folder / "cut") +
            "' is cut off: a model file that ends after 700 bytes; copy or make it again\n");
  CHECK(refusal({"--lm", lm, "--per", "words", "x"}, 2) ==
        "dlt: unknown --per 'words'; did you mean 'word'?\n");
  CHECK(refusal({"--lm", lm, "--format", "xml", "x"}, 2) ==
        "dlt: unknown format 'xml'; known: kenlm, srilm, json\n");
  CHECK(refusal({"x"}, 2) == "dlt: --lm is required (see `dlt ngram score --help`)\n");
}

}  // namespace dlt::test
