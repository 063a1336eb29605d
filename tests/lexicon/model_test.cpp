#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "lexicon/segmenter.h"
#include "lexicon/speller.h"
#include "ngram/counts.h"
#include "ngram/estimate.h"
#include "support/failure.h"
#include "support/folder.h"

// Spelling and segmentation with an n-gram model rather than a list.
namespace dlt::lexicon {
namespace {

using test::Folder;
using test::put;

ngram::Tables bigrams(const std::string& text) {
  const Folder folder;
  put(folder / "text", text);
  ngram::CountSettings counting;
  counting.order = 2;
  ngram::EstimateSettings settings;
  settings.smoothing = ngram::Smoothing::witten_bell;
  ngram::need(settings, counting);
  const auto silent = [](const std::string&, double) {};
  return ngram::estimate(ngram::count({folder / "text"}, counting, silent), settings, {}, silent)
      .tables;
}

std::string corpus() {
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += "i have to go home\nwe want to go now\nit is too late\nthat was too much\n";
  }
  return text + "red bed rooms\nred bedrooms\n";
}

}  // namespace

TEST_CASE("a model finds words that are right elsewhere", "[lexicon]") {
  Speller speller(Lexicon(ngram::Model::of(bigrams(corpus()))), 2);
  const auto c = speller.correct("We want too go home.");
  CHECK(c.text == "We want to go home.");
  REQUIRE(c.changes.size() == 1);
  CHECK(c.changes[0].column == 9);
  CHECK(c.changes[0].confidence > 0.9);
  CHECK(speller.correct("it is to late").text == "it is too late");
  CHECK(speller.correct("it is too lat").text == "it is too late");
  CHECK(speller.correct("it is too late").changes.empty());
  CHECK(speller.correct("").text.empty());
  CHECK(speller.suggest("hoem", 3).at(0).edits == 1);
}

TEST_CASE("a model cuts by the words before", "[lexicon]") {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "a bc\nab d\nd c\n";
  const Segmenter segmenter(Lexicon(ngram::Model::of(bigrams(text))));
  CHECK(segmenter.cut("abc") == std::vector<std::string_view>{"a", "bc"});
  CHECK(segmenter.cut("abdc") == std::vector<std::string_view>{"ab", "d", "c"});
  CHECK(segmenter.cut("abczz") == std::vector<std::string_view>{"a", "bc", "zz"});
}

TEST_CASE("a model of characters is no list of words", "[lexicon]") {
  auto tables = bigrams("a b c\nb c d\n");
  tables.about.unit = ngram::Unit::chars;
  CHECK(test::failure([&] { Lexicon(ngram::Model::of(tables)); }, Exit::usage) ==
        "--lm: the model is one of characters or bytes: give a model of words");
}

TEST_CASE("dlt ngram spell and segment take a model", "[cli][lexicon]") {
  const Folder folder;
  ngram::write_model(folder / "lm", bigrams(corpus()));
  const auto out = [](const test::Args& args, const test::Around& around = {}) {
    const test::Ended run = test::dlt(args, around);
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
    return run.out;
  };
  CHECK(out({"ngram", "spell", "--lm", folder / "lm"}, {.in = "it is to late\nwe wnat too go"}) ==
        "it is too late\nwe want to go\n");
  CHECK(out({"ngram", "segment", "--lm", folder / "lm", "wewanttogohome"}) ==
        "we want to go home\n");
}

}  // namespace dlt::lexicon
