#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/tiny.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr std::string_view list = "the 5000\ninformation 300\nworld 400\nwould 900\nhere 500\n";

std::string output(const Args& args, const Around& around = {}) {
  const Ended run = dlt(args, around);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return run.out;
}

}  // namespace

TEST_CASE("dlt ngram distance", "[cli][lexicon]") {
  CHECK(output({"ngram", "distance", "Gorbachev", "Gorbechyov"}) == "9\n");
  CHECK(output({"ngram", "distance", "--n", "3", "Gorbachev", "Gorbechyov"}) == "11\n");
  CHECK(output({"ngram", "distance"}, {.in = "girl\tgirlfriend\r\ngirl\tgirl"}) == "6\n0\n");
  const json j = json::parse(output({"ngram", "distance", "--json", "information", "informtaion"}));
  CHECK(j == json{{"a", "information"},
                  {"b", "informtaion"},
                  {"n", 2},
                  {"distance", 6},
                  {"similarity", 0.7},
                  {"grams_a", 10},
                  {"grams_b", 10},
                  {"shared", 7}});
  const Ended tiny = dlt({"ngram", "distance", "a", "b"});
  CHECK(tiny.out == "0\n");
  CHECK(tiny.err == "'a' and 'b' are both shorter than 2 characters: nothing to compare\n");
}

TEST_CASE("dlt ngram distance finds the nearest words of a list", "[cli][lexicon]") {
  const Folder folder;
  put(folder / "w", list);
  CHECK(output({"ngram", "distance", "--nearest", folder / "w", "--top", "2", "informtaion"}) ==
        "information\t6\nworld\t12\n");
  const json j = json::parse(
      output({"ngram", "distance", "--nearest", folder / "w", "--json"}, {.in = "wrold"}));
  CHECK(j["text"] == "wrold");
  CHECK(j["nearest"].size() == 5);
  CHECK(j["nearest"][0]["word"] == "world");
}

TEST_CASE("mistakes with dlt ngram distance", "[cli][lexicon]") {
  refuses({"ngram", "distance", "a"}, 2, "two texts are needed to compare, got 1");
  refuses({"ngram", "distance", "a", "b\xFF"}, 2,
          "the text 'b\\xff' is not UTF-8: give it in UTF-8");
  refuses({"ngram", "distance", "--n", "0", "a", "b"}, 2,
          "--n: expected an integer in [1, 1000], got '0' (see `dlt ngram distance --help`)");
  refuses({"ngram", "distance", "--n", "2000", "a", "b"}, 2,
          "--n: expected an integer in [1, 1000], got '2000' (see `dlt ngram distance --help`)");
  const auto broken = [](const std::string& in) {
    const Ended run = dlt({"ngram", "distance"}, {.in = in});
    CHECK(run.code == 3);
    return run.err;
  };
  CHECK(broken("a b\n") ==
        "dlt: standard input:1: expected two texts with a tab between them, got 'a b'\n");
  CHECK(broken("ab\tb\na\tb\tc\n") ==
        "dlt: standard input:2: expected two texts with a tab between them, got 'a\tb\tc'\n");
  CHECK(broken("a\t\xFF\n") ==
        "dlt: standard input:1: the line is not UTF-8: convert the text to UTF-8\n");
}

TEST_CASE("dlt ngram spell suggests for words and corrects lines", "[cli][lexicon]") {
  const Folder folder;
  const std::string w = folder / "w";
  put(w, list);
  CHECK(output({"ngram", "spell", "--dict", w, "informtaion"}) ==
        "informtaion\tinformation\t1\t1.0000\n");
  CHECK(output({"ngram", "spell", "--dict", w, "xyz"}) == "xyz\t-\n");
  const Ended line = dlt({"ngram", "spell", "--dict", w, "Teh informtaion"});
  CHECK(line.out == "The information\n");
  CHECK(line.err == "1: Teh -> The, 99.5 % sure\n5: informtaion -> information, 100.0 % sure\n");
  const Ended piped = dlt({"ngram", "spell", "--dict", w}, {.in = "wrold\r\n\nteh x2"});
  CHECK(piped.out == "world\n\nthe x2\n");
  CHECK(piped.err == "");
  CHECK_THAT(output({"ngram", "spell", "--dict", w, "--top", "1"}, {.in = "wrold teh\n"}),
             Catch::Matches("wrold\tworld\t1\t0\\.\\d+\nteh\tthe\t1\t0\\.\\d+\n"));
  const Ended longest = dlt({"ngram", "spell", "--dict", w, std::string(65, 'a')});
  CHECK(longest.out == std::string(65, 'a') + "\t-\n");
  CHECK(longest.err == "'" + std::string(65, 'a') +
                           "' has more than 64 characters: such words are not corrected\n");
}

TEST_CASE("dlt ngram spell as JSON", "[cli][lexicon]") {
  const Folder folder;
  const std::string w = folder / "w";
  put(w, list);
  const json word = json::parse(output({"ngram", "spell", "--dict", w, "--json", "wrold"}));
  CHECK(word["word"] == "wrold");
  CHECK(word["suggestions"][0]["word"] == "world");
  CHECK(word["suggestions"][0]["edits"] == 1);
  CHECK(word["suggestions"][0]["confidence"] > 0.5);
  const json line =
      json::parse(output({"ngram", "spell", "--dict", w, "--json"}, {.in = "Teh world\n"}));
  CHECK(line["text"] == "Teh world");
  CHECK(line["corrected"] == "The world");
  CHECK(line["changes"].size() == 1);
  CHECK(line["changes"][0]["column"] == 1);
  CHECK(line["changes"][0]["from"] == "Teh");
  CHECK(line["changes"][0]["to"] == "The");
}

TEST_CASE("dlt ngram spell measures itself and learns slips", "[cli][lexicon]") {
  const Folder folder;
  const std::string w = folder / "w", t = folder / "t";
  put(w, list);
  put(t, "tests = { 'information': 'informtaion infomation',\n'wherever': 'whereever'}");
  const Ended run = dlt({"ngram", "spell", "--dict", w, "--test", t, "--verbose"});
  CHECK_THAT(run.out, Catch::StartsWith("misspellings  3\ncorrect       2\naccuracy      66.67 %\n"
                                        "among 5       66.67 %\nunknown       1 of the right words "
                                        "are not in the list\nindex         5 words in "));
  CHECK(run.err == "whereever: wanted wherever (not in the list), got nothing\n");
  const json j = json::parse(output(
      {"ngram", "spell", "--dict", w, "--test", t, "--json", "--errors", t, "--edits", "1"}));
  CHECK(j["misspellings"] == 3);
  CHECK(j["correct"] == 2);
  CHECK(j["unknown"] == 1);
  CHECK(j["words"] == 5);
}

TEST_CASE("dlt ngram segment cuts and measures", "[cli][lexicon]") {
  const Folder folder;
  put(folder / "w", "我 100\n刚 50\n吃过 20\n吃 60\n过 60\n晚饭 20\n");
  CHECK(output({"ngram", "segment", "--dict", folder / "w", "我刚吃过晚饭"}) ==
        "我 刚 吃过 晚饭\n");
  CHECK(output({"ngram", "segment", "--dict", folder / "w", "--separator", "/"},
               {.in = "晚饭吃过\n\n我"}) == "晚饭/吃过\n\n我\n");
  CHECK(json::parse(output({"ngram", "segment", "--dict", folder / "w", "--json", "我吃"})) ==
        json{{"text", "我吃"}, {"words", {"我", "吃"}}});
  put(folder / "t", "我 刚 吃过\n\n晚 饭\n");
  CHECK_THAT(output({"ngram", "segment", "--dict", folder / "w", "--test", folder / "t"}),
             Catch::StartsWith("words      5 in 2 lines, 4 found, 3 right\nprecision  75.00 %\n"
                               "recall     60.00 %\nF1         66.67 %\n"
                               "lines      1 of 2 without a mistake\n"));
  const json j = json::parse(
      output({"ngram", "segment", "--dict", folder / "w", "--test", folder / "t", "--json"}));
  CHECK(j["f1"].get<double>() == Approx(2.0 / 3));
}

TEST_CASE("mistakes with the words of dlt ngram spell and segment", "[cli][lexicon]") {
  const Folder folder;
  const std::string w = folder / "w";
  for (const std::string verb : {"spell", "segment"}) {
    CAPTURE(verb);
    put(w, list);
    refuses({"ngram", verb, "teh"}, 2,
            "no words are given: give a list of words with --dict FILE, or a model of words with "
            "--lm MODEL");
    refuses({"ngram", verb, "--dict", w, "--lm", w, "teh"}, 2,
            "--dict and --lm are both given, one is needed: give a list of words with --dict FILE, "
            "or a model of words with --lm MODEL");
    refuses({"ngram", verb, "--dict", w, "t\xC3"}, 2,
            "the text 't\\xc3' is not UTF-8: give it in UTF-8");
    refuses({"ngram", verb, "--dict", folder / "no", "teh"}, 3,
            "cannot open '" + (folder / "no") + "': No such file or directory");
    refuses({"ngram", verb, "--dict", w, "--test", w, "teh"}, 2,
            verb == "spell" ? "--test takes its words from a file: leave out 'teh'"
                            : "--test takes its texts from a file: leave out 'teh'");
    put(w, "");
    refuses({"ngram", verb, "--dict", w, "teh"}, 3,
            "'" + w + "' has no words: a line of it is a word and perhaps its count");
    put(w, "the 3\nof many\n");
    refuses({"ngram", verb, "--dict", w, "teh"}, 3,
            w + ":2: expected a count, an integer >= 0, got 'many'");
  }
  put(w, list);
  put(folder / "t", "\n");
  refuses({"ngram", "segment", "--dict", w, "--test", folder / "t"}, 3,
          "'" + (folder / "t") + "' has no words: a line of it is words with blanks between");
  refuses({"ngram", "spell", "--dict", w, "--edits", "4", "teh"}, 2,
          "--edits: expected an integer in [1, 3], got '4' (see `dlt ngram spell --help`)");
  for (const std::string verb : {"spell", "segment", "distance"}) {
    CHECK_THAT(output({"ngram", verb, "--help"}), Contains("Example:\n  "));
  }
}

}  // namespace dlt::test
