#include "lexicon/word_list.h"

#include <catch2/catch.hpp>

#include "cli/tiny.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::lexicon {
namespace {

using test::failure;
using test::Folder;
using test::put;

std::string refusal_of_list(std::string_view text) {
  const Folder folder;
  put(folder / "w", text);
  const std::string message = failure([&] { read_word_list(folder / "w"); }, Exit::data);
  const std::size_t at = message.find(folder.path());
  REQUIRE(at != message.npos);
  return message.substr(0, at) + message.substr(at + folder.path().size() + 1);
}

std::vector<std::string> pairs_of(std::string_view text) {
  const Folder folder;
  put(folder / "w", text);
  std::vector<std::string> shown;
  for (const auto& m : read_misspellings(folder / "w")) shown.push_back(m.wrong + ">" + m.right);
  return shown;
}

}  // namespace

TEST_CASE("lists of words with and without counts are read", "[lexicon]") {
  const Folder folder;
  put(folder / "w", "\xEF\xBB\xBFthe 23135851162\r\nof\t131\n\nand\n 饭  7 \nthe 1");
  const WordList list = read_word_list(folder / "w");
  CHECK(list.words == std::vector<std::string>{"the", "of", "and", "饭"});
  CHECK(list.counts == std::vector<std::uint64_t>{23135851163, 131, 1, 7});
}

TEST_CASE("what is no list of words is refused with its line", "[lexicon]") {
  CHECK(refusal_of_list("") == "'w' has no words: a line of it is a word and perhaps its count");
  CHECK(refusal_of_list("\n \n") ==
        "'w' has no words: a line of it is a word and perhaps its count");
  CHECK(refusal_of_list("a 1\nb x\n") == "w:2: expected a count, an integer >= 0, got 'x'");
  CHECK(refusal_of_list("a -1\n") == "w:1: expected a count, an integer >= 0, got '-1'");
  CHECK(refusal_of_list("a 1.5\n") == "w:1: expected a count, an integer >= 0, got '1.5'");
  CHECK(refusal_of_list("a 99999999999999999999\n") ==
        "w:1: expected a count, an integer >= 0, got '99999999999999999999'");
  CHECK(refusal_of_list("a\nnew york 3\n") ==
        "w:2: expected a word and perhaps its count, got 3 fields");
  CHECK(refusal_of_list("a\n\xFF\n") == "w:2: the line is not UTF-8: convert the file to UTF-8");
}

TEST_CASE("misspellings are read in three forms", "[lexicon]") {
  const std::vector<std::string> wanted = {"acess>access", "adres>address", "adress>address"};
  CHECK(pairs_of("acess access 1\nadres\taddress\n\nadress address") == wanted);
  CHECK(pairs_of("access: acess\naddress: adres adress\n") == wanted);
  CHECK(pairs_of("tests = { 'access': 'acess',\n'address':\n'adres adress'}") == wanted);
}

TEST_CASE("what is no list of misspellings is refused", "[lexicon]") {
  const Folder folder;
  const std::string w = folder / "w";
  const auto refusal = [&](std::string_view text) {
    put(w, text);
    return failure([&] { read_misspellings(w); }, Exit::data);
  };
  CHECK(refusal("") == "'" + w +
                           "' has no misspellings: a line of it is 'wrong right' or 'right: wrong1 "
                           "wrong2'");
  CHECK(refusal("acess access\nacess") ==
        w + ":2: expected 'wrong right' or 'right: wrong1 wrong2', got 'acess'");
  CHECK(refusal("a b c\n") ==
        w + ":1: expected 'wrong right' or 'right: wrong1 wrong2', got 'a b c'");
  CHECK(refusal("access:\n") == w + ":1: expected 'right: wrong1 wrong2', got 'access:'");
  CHECK(refusal("a b: c\n") == w + ":1: expected 'right: wrong1 wrong2', got 'a b: c'");
}

}  // namespace dlt::lexicon
