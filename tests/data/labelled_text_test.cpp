#include "data/labelled_text.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/model_files.h"

namespace dlt::data {
namespace {

std::string refusal(const std::string& text) {
  const test::Folder folder;
  write_file(folder / "a.tsv", text);
  return test::message(folder, Exit::data, [&] { read_labelled_text(folder / "a.tsv"); });
}

}  // namespace

TEST_CASE("labels in front of a tab, and fastText's", "[labelled]") {
  const test::Folder folder;
  write_file(folder / "a.tsv", "not sport\tone two\r\n\n__label__x  three\tfour\nb\tfive");
  const auto all = read_labelled_text(folder / "a.tsv");
  REQUIRE(all.size() == 3);
  CHECK(all[0].label == "not sport");
  CHECK(all[0].text == "one two");
  CHECK(all[1].label == "x");
  CHECK(words_of(all[1].text) == std::vector<std::string_view>{"three", "four"});
  CHECK(all[1].line == 3);
  CHECK(all[2].label == "b");
}

TEST_CASE("lines without a label or a text are told", "[labelled]") {
  CHECK(refusal("a\tx\nno label here\n") ==
        "DIR/a.tsv:2: expected label<TAB>text or __label__x text, got 'no label here': what is its "
        "label?");
  CHECK(refusal("\tx\n") == "DIR/a.tsv:1: expected label<TAB>text, got no label");
  CHECK(refusal("__label__ x\n") == "DIR/a.tsv:1: there is no label behind '__label__'");
  CHECK(refusal("__label__a __label__b x\n") ==
        "DIR/a.tsv:1: '__label__b' is a second label: a text has one, leave one of them");
  CHECK(refusal("a\t \n") == "DIR/a.tsv:1: there is no text behind the label 'a'");
  CHECK(refusal("\n \n") == "'DIR/a.tsv': there are no lines in it");
  CHECK(refusal("") == "DIR/a.tsv: the file is empty; UTF-8 text is needed");
}

}  // namespace dlt::data
