#include "ngram/counts.h"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "ngram/count_support.h"
#include "ngram/counts_by_book.h"
#include "support/failure.h"
#include "support/random_text.h"

using namespace dlt;
using namespace dlt::ngram;
using namespace dlt::test;

namespace {

// The n-gram of a node, oldest word first, by walking down to it.
template <class Take>
void each_ngram(const Counts& counts, CountsByBook::Gram& gram, std::size_t level, Node node,
                const Take& take) {
  take(gram, counts.levels[level], node);
  if (level + 1 == counts.levels.size()) return;
  const auto& first = counts.levels[level].first;
  const auto& next = counts.levels[level + 1];
  REQUIRE(first[node] <= first[node + 1]);
  for (Node i = first[node]; i < first[node + 1]; ++i) {
    if (i > first[node]) REQUIRE(next.word[i - 1] < next.word[i]);
    gram.insert(gram.begin(), std::string(counts.vocabulary.word(next.word[i])));
    each_ngram(counts, gram, level + 1, i, take);
    gram.erase(gram.begin());
  }
}

void check_same(const Counts& counts, const CountsByBook& naive) {
  std::size_t found = 0;
  std::string wrong;
  for (WordId w = 0; w < counts.vocabulary.size(); ++w) {
    CountsByBook::Gram gram = {std::string(counts.vocabulary.word(w))};
    each_ngram(counts, gram, 0, w, [&](const auto& g, const CountLevel& level, Node node) {
      const auto at = naive.raw.find(g);
      const std::uint32_t raw = at == naive.raw.end() ? 0 : at->second;
      const std::uint32_t adjusted = raw == 0 ? 0 : naive.adjusted(g);
      if (level.raw[node] != raw || level.adjusted[node] != adjusted) wrong = g.front();
      found += raw > 0 ? 1 : 0;
      if (g.size() > 1 && raw == 0) wrong = g.front();
    });
  }
  CHECK(wrong.empty());
  CHECK(found == naive.raw.size());
  for (std::size_t n = 0; n + 1 < counts.levels.size(); ++n) {
    const auto& level = counts.levels[n];
    const auto& next = counts.levels[n + 1];
    CHECK(level.first.size() == (n == 0 ? counts.vocabulary.size() : level.word.size()) + 1);
    CHECK(level.first[level.first.size() - 1] == next.word.size());
  }
}

template <class T>
bool same(const Array<T>& a, const Array<T>& b) {
  return std::equal(a.span().begin(), a.span().end(), b.span().begin(), b.span().end());
}

void check_same(const Counts& a, const Counts& b) {
  REQUIRE(a.levels.size() == b.levels.size());
  for (std::size_t n = 0; n < a.levels.size(); ++n) {
    CHECK(same(a.levels[n].word, b.levels[n].word));
    CHECK(same(a.levels[n].first, b.levels[n].first));
    CHECK(same(a.levels[n].raw, b.levels[n].raw));
    CHECK(same(a.levels[n].adjusted, b.levels[n].adjusted));
  }
}

}  // namespace

TEST_CASE("the count histogram of three small words", "[ngram][counts]") {
  const Counts counts = count_text("r o t\no a r\no a t\n", of_order(2));
  const auto adjusted = [&](const char* word) {
    return counts.levels[0].adjusted[counts.vocabulary.id(word)];
  };
  CHECK(adjusted("r") == 2);
  CHECK(adjusted("o") == 2);
  CHECK(adjusted("t") == 2);
  CHECK(adjusted("</s>") == 2);
  CHECK(adjusted("a") == 1);
  CHECK(adjusted("<s>") == 0);
  CHECK(adjusted("<unk>") == 0);
  CHECK(counts.sentences == 3);
  CHECK(counts.tokens == 12);
  CHECK(counts.unknown == 0);
  CHECK(counts.vocabulary.word(3) == "o");  // 3 times
  CHECK(counts.vocabulary.word(4) == "a");  // twice, as r and t: by their bytes
}

TEST_CASE("counts are those of the definition", "[ngram][counts]") {
  Rng rng(1);
  const Unit unit = GENERATE(Unit::words, Unit::chars, Unit::bytes);
  for (int order = 1; order <= max_order; ++order) {
    std::vector<std::string> lines = zipf_lines(rng, 60, 12, 14);
    for (int i = 0; i < 5; ++i) {
      std::string line = random_text(rng, 20);
      line.erase(std::remove(line.begin(), line.end(), '\n'), line.end());
      if (unit == Unit::words) std::erase(line, '\r');
      lines.push_back(line + (unit == Unit::words ? "" : "\xFF"));
    }
    INFO(order);
    CountSettings settings = of_order(order);
    settings.text.unit = unit;
    check_same(count_text(joined(lines), settings), CountsByBook(lines, unit, order));
  }
}

TEST_CASE("memory and threads change nothing", "[ngram][counts]") {
  Rng rng(2);
  const auto lines = zipf_lines(rng, 1500, 3000, 20);
  const Folder folder, tmp;
  write_file(folder / "text", joined(lines));
  for (int order : {2, 3, 5, 9}) {
    CountSettings settings = of_order(order);
    const Counts plain = count({folder / "text"}, settings, nullptr);
    check_same(plain, CountsByBook(lines, Unit::words, order));
    settings.work = {.memory = 1, .tmp = tmp.path()};
    for (int n : {1, 2, 3}) {
      const ThreadCount threads(n);
      check_same(count({folder / "text"}, settings, nullptr), plain);
    }
  }
  CHECK(tmp.list().empty());
}

TEST_CASE("frequent words are sorted in several parts", "[ngram][counts][.slow]") {
  Rng rng(3);
  const auto lines = zipf_lines(rng, 60000, 50, 10);  // more than a part holds
  const CountsByBook naive(lines, Unit::words, 3);
  const ThreadCount threads(2);
  check_same(count_text(joined(lines), of_order(3)), naive);
}

TEST_CASE("a line longer than memory is one sentence", "[ngram][counts]") {
  Rng rng(4);
  std::string line;
  for (int i = 0; i < 20000; ++i) line += fmt::format("{} ", rng.below(50));
  CountSettings settings = of_order(5);
  const CountsByBook naive({line}, Unit::words, 5);
  settings.work.memory = 1;
  check_same(count_text(line, settings), naive);
}

TEST_CASE("only the counts that are asked for", "[ngram][counts]") {
  CountSettings settings = of_order(3);
  settings.raw = false;
  Counts counts = count_text("a b\n", settings);
  CHECK(counts.levels[0].raw.empty());
  CHECK(counts.levels[1].raw.empty());
  CHECK(counts.levels[2].raw.size() == 2);
  CHECK(counts.levels[1].adjusted.size() == 3);
  settings.raw = true;
  settings.adjusted = false;
  counts = count_text("a b\n", settings);
  CHECK(counts.levels[0].raw.size() == 5);
  CHECK(counts.levels[1].raw.size() == 3);
  CHECK(counts.levels[1].adjusted.empty());
}

TEST_CASE("rare words and words outside a list are unknown", "[ngram][counts]") {
  CountSettings settings = of_order(2);
  settings.text.min_count = 2;
  Counts counts = count_text("a b a\nc a\n", settings);
  CHECK(counts.vocabulary.size() == 4);
  CHECK(counts.unknown == 2);
  CHECK(counts.levels[0].raw[unknown] == 2);
  CHECK(counts.levels[0].adjusted[unknown] == 2);  // a before it, <s> before it

  const Folder folder;
  write_file(folder / "words", "b\n\nnever\n<s>\nb\n");
  settings.text.vocabulary = folder / "words";
  counts = count_text("a b a\nc a\n", settings);
  CHECK(counts.vocabulary.size() == 5);
  CHECK(counts.unknown == 4);
  CHECK(counts.levels[0].raw[counts.vocabulary.id("never")] == 0);
  CHECK(counts.levels[0].raw[counts.vocabulary.id("b")] == 1);
  check_same(count_text("a b a\nc a\n", settings),
             CountsByBook({"<unk> b <unk>", "<unk> <unk>"}, Unit::words, 2));

  write_file(folder / "words", "b\nc d\n");
  CHECK(failure([&] { count_text("a\n", settings); }, Exit::data) ==
        folder / "words" + ":2:3: a second word 'd'; a vocabulary has one word a line");
}

TEST_CASE("several texts are one after the other", "[ngram][counts]") {
  const Folder folder;
  write_file(folder / "a", "x y");
  write_file(folder / "b", "y z\n");
  std::vector<std::string> stages;
  const Counts counts =
      count({folder / "a", folder / "b"}, of_order(2), [&](const std::string& stage, double f) {
        if (stages.empty() || stages.back() != stage) stages.push_back(stage);
        CHECK(f >= 0);
        CHECK(f <= 1);
      });
  check_same(counts, CountsByBook({"x y", "y z"}, Unit::words, 2));
  CHECK(stages == std::vector<std::string>{"counting words", "sorting n-grams", "counting n-grams",
                                           "building the tree"});
}
