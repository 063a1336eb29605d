#include "lexicon/segmenter.h"

#include <catch2/catch.hpp>

namespace dlt::lexicon {
namespace {

using Words = std::vector<std::string_view>;

Segmenter english() {
  return Segmenter(Lexicon(WordList{{"the", "quick", "brown", "fox", "own", "he", "a", "an", "row"},
                                    {900, 30, 30, 20, 40, 300, 800, 200, 10}}));
}
Segmenter chinese() {
  return Segmenter(Lexicon(WordList{{"我", "刚", "吃过", "吃", "过", "晚饭", "晚", "饭"},
                                    {100, 50, 20, 60, 60, 20, 30, 30}}));
}

}  // namespace

TEST_CASE("text without blanks is cut into words", "[lexicon]") {
  CHECK(english().cut("thequickbrownfox") == Words{"the", "quick", "brown", "fox"});
  CHECK(chinese().cut("我刚吃过晚饭") == Words{"我", "刚", "吃过", "晚饭"});
  CHECK(english().cut("").empty());
  CHECK(english().cut("  the\tquickbrown ") == Words{"the", "quick", "brown"});
}

TEST_CASE("what is in no list comes out as ideographs, runs of letters and marks", "[lexicon]") {
  CHECK(chinese().cut("我李雷吃abc12，。晚饭!?") ==
        Words{"我", "李", "雷", "吃", "abc12", "，", "。", "晚饭", "!", "?"});
  CHECK(english().cut("thezulufox") == Words{"the", "zulu", "fox"});
  CHECK(english().cut("\xFF\xFE\xE6") == Words{"\xFF", "\xFE", "\xE6"});
}

TEST_CASE("a text longer than the search is cut whole", "[lexicon]") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "晚饭我";
  const auto words = chinese().cut(text);
  std::string joined;
  for (std::string_view word : words) joined += word;
  CHECK(joined == text);
  CHECK(words.size() <= 10010);
  CHECK(words.size() >= 9990);
}

TEST_CASE("words count as found when both ends are right", "[lexicon]") {
  SegmentScore score;
  score.add({"ab", "c", "de", "f"}, {"ab", "cd", "e", "f"});
  CHECK(score.right == 2);
  CHECK(score.precision() == 0.5);
  CHECK(score.recall() == 0.5);
  score.add({"abc"}, {"a", "bc"});
  CHECK(score.precision() == 0.4);
  CHECK(score.recall() == Approx(1.0 / 3));
  CHECK(score.f1() == Approx(2 * 0.4 / 3 / (0.4 + 1.0 / 3)));
  CHECK(SegmentScore().f1() == 0);
}

}  // namespace dlt::lexicon
