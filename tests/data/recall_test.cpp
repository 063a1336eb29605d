#include "data/recall.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/file.h"
#include "data/sequence_set.h"
#include "support/model_files.h"

using namespace dlt;
using data::CopyTask;
using data::InductionTask;
using data::Recall;
using Ids = std::vector<std::int32_t>;

TEST_CASE("selective copying asks for the tokens among the noise, in order", "[data]") {
  const CopyTask task{.length = 40, .tokens = 7, .vocabulary = 6};
  int first = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const Recall r = task.draw(rng);
    REQUIRE(std::ssize(r.ids) == task.steps());
    Ids found(r.ids.begin(), r.ids.begin() + 40);
    first += found.front() != 0 ? 1 : 0;
    std::erase(found, 0);
    CHECK(found == r.answers);
    CHECK(std::ranges::all_of(found, [](auto id) { return id >= 1 && id <= 4; }));
    CHECK(Ids(r.ids.end() - 7, r.ids.end()) == Ids(7, 5));
  }
  CHECK(first > 15);  // 7 of 40 on average: 35 of 200
  CHECK(first < 60);
}

TEST_CASE("induction asks for what followed the special id", "[data]") {
  const InductionTask task{.length = 20, .vocabulary = 5};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const Recall r = task.draw(rng);
    REQUIRE(r.ids.size() == 20);
    CHECK(std::ranges::count(r.ids, 4) == 2);
    CHECK(r.ids.back() == 4);
    const auto at = std::ranges::find(r.ids, 4);
    CHECK(r.answers == Ids{at[1]});
    CHECK(r.answers.front() < 4);
  }
}

TEST_CASE("recalls are written and read", "[data]") {
  const test::Folder folder;
  const std::string path = folder / "r.tsv";
  write_file(path, data::written({{5, 0, 3, 7, 7}, {5, 3}}) + "\n\n1 2\t2\r\n");
  const auto all = data::read_recalls(path, 8);
  REQUIRE(all.size() == 2);
  CHECK(all[0].ids == Ids{5, 0, 3, 7, 7});
  CHECK(all[0].answers == Ids{5, 3});
  CHECK(all[1].ids == Ids{1, 2});

  const auto refusal = [&](const std::string& text) {
    write_file(path, text);
    return test::message(folder, Exit::data, [&] { data::read_recalls(path, 8); });
  };
  CHECK(refusal("1 2 3\t1\n1 2 3\n") == "DIR/r.tsv:2: expected ids<TAB>answers, got '1 2 3'");
  CHECK(refusal("1 2\t\n") == "DIR/r.tsv:1: expected ids<TAB>answers, got '1 2\t'");
  CHECK(refusal("1 8\t1\n") == "DIR/r.tsv:1: '8' is no id: they are 0 .. 7");
  CHECK(refusal("1 2\t-1\n") == "DIR/r.tsv:1: '-1' is no id: they are 0 .. 7");
  CHECK(refusal("1\t1 1\n") == "DIR/r.tsv:1: 2 answers are more than 1 steps");
  CHECK(refusal("\n") == "'DIR/r.tsv': there are no lines in it");
}

TEST_CASE("a made-up set trains on other sequences than it holds out", "[data]") {
  auto r = config::Reader::parse_text(R"({"length": 30, "vocabulary": 9, "valid_sequences": 3})",
                                      "c.json");
  const auto set = data::make_induction(r);
  r.done();
  const data::SequenceSplit both = set->open();
  CHECK(both.train.size == data::Sequences::endless);
  CHECK(both.valid.size == 3);
  CHECK(both.train.at(0).ids == both.train.at(0).ids);
  CHECK(both.train.at(0).ids != both.train.at(1).ids);
  CHECK(both.train.at(0).ids != both.valid.at(0).ids);
  CHECK(set->held_out("").at(2).ids == both.valid.at(2).ids);
  CHECK(set->shape().vocabulary == 9);
  CHECK(test::failure([&] { set->held_out("nope.tsv"); }, Exit::data) ==
        "--data: there is no file 'nope.tsv' (paths start at the folder that dlt is run in)");
}
