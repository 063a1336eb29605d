#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

const std::string toy = "tests/golden/ngram-arpa/kenlm-toy0.arpa";

Ended converted(const Args& more) {
  Args args = {"ngram", "convert"};
  args.insert(args.end(), more.begin(), more.end());
  Ended run = dlt(args);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run;
}

std::string bytes(const std::string& path) {
  return std::to_string(std::filesystem::file_size(path));
}

}  // namespace

TEST_CASE("dlt ngram convert goes from ARPA to the binary form and back", "[cli][ngram]") {
  const Folder folder;
  const std::string golden = "tests/golden/ngram/o3.arpa.gz", own = folder / "o3.ngram";
  const Ended run = converted({golden, own});
  CHECK(run.out ==
        "          1562  1-grams\n          7844  2-grams\n         13566  3-grams\n"
        "        195602  bytes  " +
            golden + "\n" + std::string(14 - bytes(own).size(), ' ') + bytes(own) + "  bytes  " +
            own + "\n");
  CHECK(run.err == "");
  converted({own, folder / "back.arpa"});
  CHECK(shell("gzip -dc " + golden + " | cmp - " + (folder / "back.arpa")).code == 0);
  converted({own, folder / "again.arpa.gz", "--style", "srilm"});
  CHECK_THAT(shell("gzip -dc " + (folder / "again.arpa.gz")).out,
             Contains("\n-99\t<s>\t-1.0372447\n"));
  converted({own, folder / "small.ngram", "--quantize"});
  CHECK(std::filesystem::file_size(folder / "small.ngram") <
        std::filesystem::file_size(own) * 3 / 4);
}

TEST_CASE("dlt ngram convert prints an ARPA file", "[cli][ngram]") {
  const Ended run = converted({toy, "-"});
  CHECK_THAT(run.out, Catch::StartsWith("\\data\\\nngram 1=5\n"));
  CHECK_THAT(run.out, Contains("\n0\t<s>\t-0.30103\n") && Catch::EndsWith("\n\\end\\\n"));
  CHECK_THAT(run.err, Contains("7  3-grams\n"));
}

TEST_CASE("dlt ngram convert stands between pipes", "[cli][ngram]") {
  const Ended run = dlt({"ngram", "convert", "-", "-"}, {.in = contents(toy)});
  CHECK(run.code == 0);
  CHECK(run.out == converted({toy, "-"}).out);
  CHECK(run.err == "             5  1-grams\n             7  2-grams\n             7  3-grams\n");
  const Ended bad = dlt({"ngram", "convert", "-", "-"}, {.in = "\\data\\\nngram 1=x\n"});
  CHECK(bad.code == 5);
  CHECK(bad.err == "dlt: standard input:2: expected 'ngram 1=' and a number, got 'ngram 1=x'\n");
}

TEST_CASE("dlt ngram convert tells what was put in", "[cli][ngram]") {
  const Folder folder;
  const std::string file = "tests/golden/ngram-arpa/kenlm-test_nounk.arpa";
  const Ended run = converted({file, folder / "x.ngram", "--json"});
  CHECK(run.err == "dlt: warning: " + file +
                       ": there is no <unk>: unknown words have log10 probability -100\n"
                       "dlt: warning: " +
                       file +
                       ": 7 n-grams are missing that longer ones end with: "
                       "put in so that no score changes\n");
  const json all = json::parse(run.out);
  CHECK(all["order"] == 5);
  CHECK(all["out"]["file"] == folder / "x.ngram");
  CHECK(all["in"]["bytes"] == 2694);
}

TEST_CASE("dlt ngram info says what a model is", "[cli][ngram]") {
  const Folder folder;
  converted({toy, folder / "toy.ngram", "--unit", "chars"});
  const Ended run = dlt({"ngram", "info", folder / "toy.ngram"});
  CHECK(run.code == 0);
  CHECK(run.out ==
        "order       3\nunit        chars\nvalues      exact\nvocabulary  5\n"
        "1-grams     5\n2-grams     7\n3-grams     7\nbytes       " +
            bytes(folder / "toy.ngram") +
            "\nmade        {\"format\":\"arpa\",\"style\":\"kenlm\"}\n");
  const json all = json::parse(dlt({"ngram", "info", toy, "--json"}).out);
  CHECK(all["unit"] == "words");
  CHECK(all["ngrams"] == json({5, 7, 7}));
  CHECK(all["bytes"] == 475);
  CHECK(all["made"]["format"] == "arpa");
}

TEST_CASE("mistakes on the command line of dlt ngram convert", "[cli][ngram]") {
  const Folder folder;
  const std::string out = folder / "x.arpa", none = folder / "none.arpa";
  refuses({"ngram", "convert", toy, folder / "x.bin"}, 2,
          "'" + (folder / "x.bin") +
              "': the name must end in .arpa, .arpa.gz or .ngram to say what to write");
  refuses({"ngram", "convert", toy, out, "--quantize"}, 2,
          "--quantize is for files that end in .ngram: an ARPA file has all its numbers");
  refuses({"ngram", "convert", toy, folder / "x.ngram", "--style", "kenlm"}, 2,
          "--style is for ARPA files, '" + (folder / "x.ngram") + "' will be none");
  put(out, contents(toy));
  refuses(
      {"ngram", "convert", out, folder / "./x.arpa"}, 2,
      "'" + (folder / "./x.arpa") + "' is the model that is read: give the result another name");
  CHECK(contents(out) == contents(toy));
  put(none, "the cat sat\n");
  refuses({"ngram", "convert", none, folder / "x.ngram"}, 5,
          none +
              ": this is no ARPA file, none of its lines is '\\data\\'; it looks like plain text: "
              "`dlt ngram train` makes a model of it");
  refuses({"ngram", "convert", toy, "/dev/full"}, 2,
          "'/dev/full': the name must end in .arpa, .arpa.gz or .ngram to say what to write");
  CHECK(folder.list() == Args{"none.arpa", "x.arpa"});
  CHECK(shell("$dlt ngram convert " + toy + " - > /dev/full").code == 1);
  for (const char* name : {"convert", "info"}) {
    CHECK_THAT(dlt({"ngram", name, "--help"}).out, Contains("Example:\n  dlt ngram "));
  }
}

}  // namespace dlt::test
