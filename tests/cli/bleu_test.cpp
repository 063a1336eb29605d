#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using nlohmann::json;

// Three translations and two references of them, as files.
struct Files {
  Files() {
    put(folder / "hyp",
        "the cat sat on the mat .\nthere is a dog in the garden\n"
        "Hello, world! It's 3.5% more.\n");
    put(folder / "ref",
        "the cat is on the mat .\na dog is in the garden\n"
        "Hello world! It is 3.5% more.\n");
    put(folder / "other", "a cat sat on a mat .\nthe garden has a dog\nHi!\n");
  }
  Args bleu(const Args& more = {}) const {
    Args args = {"bleu", "--ref", folder / "ref", folder / "hyp"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  Folder folder;
};

std::string good(const Args& args, const Around& around = {}) {
  const Ended run = dlt(args, around);
  CAPTURE(run.err);
  CHECK(run.code == 0);
  CHECK(run.err == "");
  return run.out;
}

}  // namespace

TEST_CASE("dlt bleu prints scores and signatures", "[cli][bleu]") {
  const Files files;
  const std::string all =
      "BLEU = 37.17 82.6/55.0/29.4/14.3 (BP = 1.000 ratio = 1.000 hyp_len = 23 ref_len = 23)\n"
      "chrF2 = 69.57\n"
      "BLEU signature: nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:dlt-" DLT_VERSION
      "\n"
      "chrF2 signature: nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:dlt-" DLT_VERSION
      "\n";
  CHECK(good(files.bleu()) == all);
  CHECK(good({"bleu", "--ref", files.folder / "ref"}, {.in = contents(files.folder / "hyp")}) ==
        all);
  CHECK(good(files.bleu({"--chrf"})) ==
        "chrF2 = 69.57\nchrF2 signature: "
        "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:dlt-" DLT_VERSION "\n");
}

TEST_CASE("dlt bleu takes several references and every option", "[cli][bleu]") {
  const Files files;
  const json all = json::parse(good(files.bleu(
      {"--ref", files.folder / "other", "--tokenize", "char", "--smooth", "floor", "--smooth-value",
       "0.5", "--lowercase", "--effective-order", "--chrf-word-order", "2", "--json"})));
  CHECK(all["lines"] == 3);
  CHECK(all["bleu"]["signature"] ==
        "nrefs:2|case:lc|eff:yes|tok:char|smooth:floor[0.50]|version:dlt-" DLT_VERSION);
  CHECK(all["bleu"]["precisions"].size() == 4);
  CHECK(all["chrf"]["name"] == "chrF2++");
  CHECK(all["chrf"]["signature"] ==
        "nrefs:2|case:lc|eff:yes|nc:6|nw:2|space:no|version:dlt-" DLT_VERSION);
}

TEST_CASE("dlt bleu --sentence gives a score a line", "[cli][bleu]") {
  const Files files;
  put(files.folder / "short", "the cat sat on the mat .\nthere\n\n");
  const Args args = {"bleu", "--ref", files.folder / "short", files.folder / "short", "--sentence"};
  CHECK(good(args) == "100.00\n100.00\n0.00\n");
  Args with = args;
  with.push_back("--chrf");
  CHECK(good(with) == "100.00\n100.00\n0.00\n");
  with.back() = "--json";
  CHECK(json::parse(good(with).substr(0, good(with).find('\n'))) ==
        json({{"line", 1}, {"bleu", 100.0}, {"chrf", 100.0}}));
}

TEST_CASE("dlt bleu says which file is wrong, and where", "[cli][bleu][errors]") {
  const Files files;
  const Folder& at = files.folder;
  put(at / "two", "a\nb\n");
  put(at / "latin", "a\nb \xE9t\xE9\nc\n");
  put(at / "empty", "");
  refuses(files.bleu({"--ref", at / "two"}), 3,
          at / "hyp" + " has 3 lines, but " + at / "two" +
              " has 2: line by line, one is to be the translation in the other");
  refuses({"bleu", "--ref", at / "ref"}, 3,
          "standard input has 1 lines, but " + at / "ref" +
              " has 3: line by line, one is to be the translation in the other",
          {.in = "a\n"});
  refuses(files.bleu({"--ref", at / "latin"}), 3,
          at / "latin" +
              ":2:3: byte 0xE9 is not UTF-8; convert the file first, for example with iconv -f "
              "ISO-8859-1 -t UTF-8");
  refuses(files.bleu({"--ref", at / "empty"}), 3,
          at / "empty" + " has no line: there is nothing to score");
  refuses(files.bleu({"--ref", at / "none"}), 3,
          "cannot open '" + at / "none" + "': No such file or directory");
}

TEST_CASE("dlt bleu refuses options that mean nothing", "[cli][bleu][errors]") {
  const Files files;
  refuses(files.bleu({"--tokenize", "13b"}), 2,
          "unknown tokenizer of BLEU '13b'; did you mean '13a'?");
  refuses(files.bleu({"--smooth", "expo"}), 2,
          "unknown smoothing of BLEU 'expo'; did you mean 'exp'?");
  refuses(files.bleu({"--smooth-value", "1"}), 2,
          "--smooth exp takes no --smooth-value: only floor and add-k do");
  refuses({"bleu", files.folder / "hyp"}, 2, "--ref is required (see `dlt bleu --help`)");
  refuses({"bleu", "--ref", "-"}, 2,
          "standard input can be read once: give files for all but one of hypotheses and "
          "references");
}

}  // namespace dlt::test
