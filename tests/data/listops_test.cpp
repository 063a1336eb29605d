#include "data/listops.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/model_files.h"

using namespace dlt;
using namespace dlt::data;

TEST_CASE("expressions have their values", "[data]") {
  const test::Folder folder;
  const std::string path = folder / "l.tsv";
  const std::pair<const char*, int> cases[] = {
      {"[MAX 2 9 [MIN 4 7 ] 0 ]", 9},
      {"[MIN 4 7 ]", 4},
      {"[SM 9 9 5 ]", 3},
      {"[MED 5 1 9 ]", 5},
      {"7", 7},
      {"[MED 1 2 8 9 ]", 5},
      {"[MED 3 4 ]", 3},
      {"[SM [MAX 2 3 ] [MED 1 [SM 4 4 ] 2 ] ]", 5},
  };
  std::string text;
  for (const auto& [expression, value] : cases) text += fmt::format("{}\t{}\n", expression, value);
  write_file(path, text);
  const auto all = listops::read(path, 100);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].value == cases[i].second);
    CHECK(listops::written(all[i].ids) == cases[i].first);
  }
  write_file(path, "( ( [MAX 2 9 ) ] )\t9\n");
  CHECK(listops::written(listops::read(path, 4).front().ids) == "[MAX 2 9 ]");
}

TEST_CASE("what is drawn fits and has a value", "[data]") {
  const listops::Sizes sizes{.longest = 60, .shortest = 15, .depth = 4, .arguments = 5};
  bool operators[4] = {};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    const auto ids = listops::draw(sizes, rng);
    CHECK(ids.size() >= 15);
    CHECK(ids.size() <= 60);
    const auto value = listops::value(ids);
    REQUIRE(value.has_value());
    CHECK(*value >= 0);
    CHECK(*value < 10);
    int depth = 0;
    for (const auto id : ids) {
      if (id == listops::close) --depth;
      if (id < listops::min || id == listops::close) continue;
      operators[id - listops::min] = true;
      CHECK(++depth <= 4);
    }
  }
  for (const bool used : operators) CHECK(used);
}

TEST_CASE("what is wrong with a file of expressions is said with its line", "[data]") {
  const test::Folder folder;
  const std::string path = folder / "l.tsv";
  const auto refusal = [&](const std::string& text) {
    write_file(path, text);
    return test::message(folder, Exit::data, [&] { listops::read(path, 6); });
  };
  CHECK(refusal("[MAX 1 2 ]\n") == "DIR/l.tsv:1: expected expression<TAB>value, got '[MAX 1 2 ]'");
  CHECK(refusal("[MAX 1 2 ]\t2\n[MAK 1 ]\t1\n") ==
        "DIR/l.tsv:2: '[MAK' is no token of ListOps: they are [MIN, [MAX, [MED, [SM, ] and 0 .. 9");
  for (const char* bad : {"[MAX 1 2", "[MAX ]", "1 2", "1 ]", "]"}) {
    CHECK(refusal(std::string(bad) + "\t1\n") ==
          "DIR/l.tsv:1: this is no expression: its brackets do not match, or a list is empty");
  }
  CHECK(refusal("[MAX 1 2 ]\tx\n") == "DIR/l.tsv:1: 'x' is no value: they are 0 .. 9");
  CHECK(refusal("[MAX 1 2 ]\t1\n") == "DIR/l.tsv:1: the value of this is 2, not 1");
  CHECK(refusal("[MAX 1 2 3 4 5 ]\t5\n") ==
        "DIR/l.tsv:1: 7 tokens are more than data.longest = 6: set it higher");
  Rng rng(1);
  CHECK(test::failure([&] { listops::draw({.longest = 900, .shortest = 800, .depth = 1}, rng); },
                      Exit::usage) ==
        "none of 200000 expressions has 800 to 900 tokens: lists within lists to a depth of 1 with "
        "at most 10 arguments are seldom so long: use a smaller length or a larger depth");
}
