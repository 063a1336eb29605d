#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "embed/golden.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using embed::golden;
using nlohmann::json;

Ended embed_good(Args args, const Around& around = {}) {
  args.insert(args.begin(), "embed");
  Ended run = dlt(args, around);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run;
}

std::string embed_refusal(Args args, int code) {
  args.insert(args.begin(), "embed");
  const Ended run = dlt(args);
  CHECK(run.code == code);
  CHECK(run.out == "");
  return run.err;
}

}  // namespace

TEST_CASE("dlt embed nearest prints neighbours of words and sums", "[cli][embed]") {
  const std::string v = golden("vectors.txt");
  CHECK(embed_good({"nearest", v, "king", "--top", "2"}).out == "King\t0.9893\nother9\t0.9162\n");
  const std::string sum = embed_good({"nearest", v, "king - man + woman", "--top", "3"}).out;
  CHECK(sum == embed_good({"nearest", v, "king", "-", "man", "+", "woman", "--top", "3"}).out);
  CHECK(sum ==
        embed_good({"nearest", v, "--plus", "king", "woman", "--minus", "man", "--top", "3"}).out);
  CHECK(std::ranges::count(sum, '\n') == 3);
  CHECK(embed_good({"nearest", v, "king", "walked", "--top", "1"}).out ==
        "king\tKing\t0.9893\nwalked\twalk\t0.8873\n");
  CHECK(embed_refusal({"nearest", v, "king", "quen"}, 2) ==
        "dlt: 'quen' is not among the 40 words of " + v + "; did you mean 'queen'?\n");
  CHECK(embed_refusal({"nearest", v, "king -"}, 2) ==
        "dlt: 'king -': a word is missing at the end\n");
}

TEST_CASE("dlt embed nearest makes unknown words of their pieces", "[cli][embed]") {
  const std::string v = golden("ft.bin");
  CHECK(embed_good({"nearest", v, "kingdomly", "--top", "2"}).out == "dog\t1.0000\ncafé\t1.0000\n");
  CHECK(embed_good({"nearest", v, "dog - kingdomly + zzz", "--top", "9"}).out.find("dog") ==
        std::string::npos);
}

TEST_CASE("dlt embed nearest answers lines, and goes on after an unknown word", "[cli][embed]") {
  const std::string v = golden("vectors.txt");
  CHECK(embed_good({"nearest", v, "--top", "1"}, {.in = "king\nquen\n\nking -\nwalked"}).out ==
        "king\tKing\t0.9893\n'quen' is not among the 40 words of " + v +
            "; did you mean 'queen'?\nthe line holds no word\n'king -': a word is missing at the "
            "end\nwalked\twalk\t0.8873\n");
  CHECK(embed_good({"nearest", v}, {.in = ""}).out == "");
  const std::string out =
      embed_good({"nearest", v, "--top", "2", "--json", "--repeat", "3"}, {.in = "king\nqueeen\n"})
          .out;
  const json first = json::parse(out.substr(0, out.find('\n')));
  const json second = json::parse(out.substr(out.find('\n')));
  CHECK(first["query"] == "king");
  CHECK(first["neighbours"].size() == 2);
  CHECK(first["neighbours"][0]["word"] == "King");
  CHECK(first["neighbours"][0]["cosine"].get<double>() == Approx(0.98934).epsilon(1e-4));
  CHECK(first["seconds"] > 0);
  CHECK(first["load_seconds"] > 0);
  CHECK(second["error"] ==
        "'queeen' is not among the 40 words of " + v + "; did you mean 'queen'?");
}

TEST_CASE("dlt embed analogy prints a line a section", "[cli][embed]") {
  const std::string v = golden("vectors.txt"), q = golden("questions.txt");
  const json all = json::parse(embed_good({"analogy", v, q, "--json"}).out);
  CHECK(all["words"] == 40);
  CHECK(all["sections"][0]["section"] == "family");
  CHECK(all["sections"][0]["correct_add"] == 12);
  CHECK(all["sections"][0]["seen"] == 20);
  CHECK(all["all"]["accuracy_add"] == 0.7);
  CHECK(!all.contains("semantic"));
  const std::string text = embed_good({"analogy", v, q}).out;
  CHECK_THAT(text, StartsWith("section                         3CosAdd  3CosMul  seen/total\n"
                              "family                           60.00%"));
  CHECK_THAT(text, Contains("all                              70.00%"));
  const Folder folder;
  std::string six;
  for (char c = 'a'; c < 'g'; ++c) six += fmt::format(": {}\nman woman king queen\n", c);
  put(folder / "six", six);
  const json parts = json::parse(embed_good({"analogy", v, folder / "six", "--json"}).out);
  CHECK(parts["semantic"]["total"] == 5);
  CHECK(parts["syntactic"]["total"] == 1);
  const json none =
      json::parse(embed_good({"analogy", v, folder / "six", "--restrict", "1", "--json"}).out);
  CHECK(none["all"]["seen"] == 0);
  CHECK(none["all"]["accuracy_add"].is_null());
  CHECK(embed_refusal({"analogy", v, folder / "missing"}, 3) ==
        "dlt: cannot open '" + folder / "missing" + "': No such file or directory\n");
}

TEST_CASE("dlt embed similarity prints correlations", "[cli][embed]") {
  const std::string v = golden("vectors.txt"), pairs = golden("pairs.tsv");
  CHECK(embed_good({"similarity", v, pairs}).out ==
        "spearman  pearson  pairs   used unknown  file\n"
        "  0.1999   0.2396     40     39       1  " +
            pairs + "\n");
  const json all =
      json::parse(embed_good({"similarity", v, pairs, pairs, "--oov", "zero", "--json"}).out);
  CHECK(all["files"].size() == 2);
  CHECK(all["files"][1]["used"] == 40);
  CHECK(all["files"][1]["spearman"].get<double>() == Approx(0.200193).epsilon(1e-4));
  CHECK_THAT(embed_refusal({"similarity", v, pairs, "--oov", "none"}, 2), Contains("--oov"));
}

TEST_CASE("dlt embed classes puts words in classes", "[cli][embed]") {
  const Folder folder;
  put(folder / "v", "4 2\nx 3 0\ny 1 0\nz 0 2\nw 0 -1\n");
  CHECK(embed_good({"classes", folder / "v", "--classes", "2", "--iterations", "1"}).out ==
        "x 0\ny 0\nz 0\nw 1\n");
  embed_good({"classes", folder / "v", "-k", "2", "--iterations", "1", "-o", folder / "c"});
  CHECK(contents(folder / "c") == "x 0\ny 0\nz 0\nw 1\n");
  const json all = json::parse(
      embed_good({"classes", folder / "v", "-k", "2", "--iterations", "1", "--json"}).out);
  CHECK(all["sizes"] == json({3, 1}));
  CHECK(all["rounds"] == 1);
  CHECK(all["words"][3] == json({{"word", "w"}, {"class", 1}}));
  CHECK(embed_refusal({"classes", folder / "v", "-k", "5"}, 2) ==
        "dlt: 5 classes of 4 words: between 1 and the number of words are possible\n");
}

TEST_CASE("dlt embed convert changes the format", "[cli][embed]") {
  const Folder folder;
  const std::string v = golden("vectors.txt");
  for (const char* name : {"v.safetensors", "v.bin", "v.glove", "v.txt"}) {
    CAPTURE(name);
    const Ended run = embed_good({"convert", v, "-o", folder / name});
    CHECK(run.out == "");
    CHECK_THAT(run.err, StartsWith(folder / name + ": 40 words of 6 numbers, "));
    embed_good({"convert", folder / name, "-o", folder / "back", "--format", "word2vec"});
    CHECK(contents(folder / "back") == contents(v));
  }
  CHECK(contents(folder / "v.txt") == contents(v));
  embed_good({"convert", v, "-o", folder / "two", "--top", "2", "--normalize"});
  const std::string two = contents(folder / "two");
  CHECK_THAT(two, StartsWith("2 6\nking "));
  CHECK(std::ranges::count(two, '\n') == 3);
  CHECK(embed_refusal({"convert", folder / "two", "-o", folder / "two"}, 2) ==
        "dlt: --out '" + folder / "two" +
            "' is where the vectors come from: give the name of another file\n");
  CHECK(embed_refusal({"convert", v, "-o", folder / "x", "--format", "glov"}, 2) ==
        "dlt: unknown format 'glov'; did you mean 'glove'?\n");
  put(folder / "bad", "2 2\na 1 2\n");
  CHECK(embed_refusal({"convert", folder / "bad", "-o", folder / "x"}, 5) ==
        "dlt: " + folder / "bad" +
            ": the first line names 2 words, 1 are there: the file is cut off\n");
  CHECK(embed_refusal({"convert", folder / "none", "-o", folder / "x"}, 5) ==
        "dlt: cannot open '" + folder / "none" + "': No such file or directory\n");
  const std::vector<std::string> list = folder.list();
  CHECK(std::ranges::find(list, "x") == list.end());
}

}  // namespace dlt::test
