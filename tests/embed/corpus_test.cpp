#include "embed/corpus.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::embed {
namespace {

std::string write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  return path;
}

Corpus read(const std::vector<std::string>& files, std::int64_t min_count,
            ngram::Unit unit = ngram::Unit::words, std::int64_t memory = 0) {
  Settings settings;
  settings.min_count = min_count;
  settings.unit = unit;
  return read_corpus(files, settings, {.memory = memory, .tmp = ""}, nullptr);
}

std::vector<std::uint32_t> ids(const Corpus& corpus) {
  return {corpus.tokens.data(), corpus.tokens.data() + corpus.tokens.size()};
}

}  // namespace

TEST_CASE("a text becomes the ids of its frequent words", "[embed][corpus]") {
  const test::Folder folder;
  const auto a = write(folder / "a.txt", "b a b\n\nrare <s> b </s>\n");
  const auto b = write(folder / "b.txt", "c a <unk>\tc");
  const Corpus corpus = read({a, b}, 2);
  CHECK(corpus.words == std::vector<std::string>{"b", "a", "c"});
  CHECK(corpus.counts == std::vector<std::int64_t>{3, 2, 2});
  CHECK(corpus.total == 7);
  CHECK(corpus.read == 8);
  CHECK(ids(corpus) ==
        std::vector<std::uint32_t>{0, 1, 0, line_end, 0, line_end, 2, 1, 2, line_end});
}

TEST_CASE("a text can be cut into characters", "[embed][corpus]") {
  const test::Folder folder;
  const auto file = write(folder / "a.txt", "\u8DEF\u4E00\u8DEF\n\u8DEF\u4E00\n");
  const Corpus corpus = read({file}, 1, ngram::Unit::chars);
  CHECK(corpus.words == std::vector<std::string>{"\u8DEF", "\u4E00"});
  CHECK(ids(corpus) == std::vector<std::uint32_t>{0, 1, 0, line_end, 0, 1, line_end});
}

TEST_CASE("a corpus is the same for any threads and memory", "[embed][corpus]") {
  const test::Folder folder;
  std::string text;
  Rng rng(3);
  for (int i = 0; i < 60000; ++i) {
    const auto word = rng.below(1 + rng.below(500));
    text += "w" + std::to_string(word) + (rng.below(9) == 0 ? "\n" : " ");
  }
  const auto file = write(folder / "a.txt", text);
  const Corpus expected = read({file}, 5);
  for (const int count : {2, 3}) {
    set_threads(count);
    for (const std::int64_t memory : {0, 1 << 16}) {  // the tokens do not fit into 64 kB
      const Corpus corpus = read({file}, 5, ngram::Unit::words, memory);
      CHECK(corpus.words == expected.words);
      CHECK(corpus.counts == expected.counts);
      CHECK(ids(corpus) == ids(expected));
    }
  }
  set_threads(1);
}

TEST_CASE("texts without frequent words say so", "[embed][corpus]") {
  const test::Folder folder;
  const auto rare = write(folder / "rare.txt", "a b\nb\n"),
             empty = write(folder / "no.txt", "\n \n");
  CHECK(test::failure([&] { read({rare}, 5); }, Exit::data) ==
        rare +
            ": no word is there 5 times; 'b', the most frequent one, has a count of 2; lower "
            "min_count or use more text");
  CHECK(test::failure([&] { read({empty}, 5); }, Exit::data) == empty + ": no words in the text");
  CHECK(test::failure(
            [&] {
              read({empty, empty}, 1);
            },
            Exit::data) == empty + " and 1 more: no words in the text");
}

}  // namespace dlt::embed
