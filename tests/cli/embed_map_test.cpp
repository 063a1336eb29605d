#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"
#include "support/xml.h"

namespace dlt::test {
namespace {

const std::string vectors = "tests/golden/embed/vectors.txt";  // 40 words

}  // namespace

TEST_CASE("a map is drawn, the same whatever the threads", "[cli][embed][map]") {
  const Folder folder;
  for (const std::string method : {"pca", "tsne"}) {
    const auto map = [&](const std::string& out, const char* threads) {
      const Ended run = dlt({"embed", "map", vectors, "-o", folder / out, "--method", method,
                             "--words", "30", "--rounds", "50", "--threads", threads});
      CHECK(run.out == "");
      REQUIRE(run.code == 0);
    };
    map("one.svg", "1");
    map("three.svg", "3");
    map("page.html", "1");
    CHECK(contents(folder / "one.svg") == contents(folder / "three.svg"));
    CHECK(read_xml(contents(folder / "one.svg")).elements.at("circle") == 30);
    CHECK(contents(folder / "page.html").starts_with("<!DOCTYPE html>"));
  }
}

TEST_CASE("what a map cannot be made of is told", "[cli][embed][map]") {
  const Folder folder;
  const std::string out = folder / "m.svg";
  const auto says = [&](const Args& more, int code, const std::string& sentence) {
    Args args = {"embed", "map", vectors, "-o", out};
    args.insert(args.end(), more.begin(), more.end());
    refuses(args, code, sentence);
  };
  says({"--words", "20", "--perplexity", "7"}, 2,
       "--perplexity 7 is too large for 20 words: at most a third of the others, 6.3, or take more "
       "words");
  put(folder / "list.txt", "a\nno-such-word\n");
  put(folder / "vec.txt", "5 2\na 1 0\nb 0 1\nc 1 1\nd 1 2\ne 2 1\n");
  refuses(
      {"embed", "map", folder / "vec.txt", "-o", out, "--list", folder / "list.txt"}, 3,
      (folder / "list.txt") + ":2: the word 'no-such-word' has no vector; known: a, b, c, d, e");
  put(folder / "list.txt", " \n");
  says({"--list", folder / "list.txt"}, 3,
       "'" + (folder / "list.txt") + "': there are no words in it");
  put(folder / "list.txt", "a b a c\n");
  refuses({"embed", "map", folder / "vec.txt", "-o", out, "--list", folder / "list.txt"}, 2,
          "a map needs at least 4 words, there are 3");
  refuses({"embed", "map", vectors, "-o", folder / "m.png"}, 2,
          "--out '" + (folder / "m.png") + "': the name of a map ends in .svg or .html");
  CHECK(folder.list() == std::vector<std::string>{"list.txt", "vec.txt"});
}

TEST_CASE("onehot-check says that both ways are one", "[cli][embed][onehot]") {
  const Ended run = dlt({"embed", "onehot-check", "--vocab", "6", "--dim", "4", "--json"});
  REQUIRE(run.code == 0);
  const auto all = nlohmann::json::parse(run.out);
  CHECK(all["equal"] == true);
  CHECK(all["facts"].size() == 5);
  CHECK(all["facts"][0]["largest_difference"] == 0);
  CHECK(dlt({"embed", "onehot-check"}).code == 0);
}

}  // namespace dlt::test
