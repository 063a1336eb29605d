#include "embed/phrases.h"

#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "base/file.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "support/failure.h"
#include "support/folder.h"

namespace dlt::test {
namespace {

using namespace embed;

struct Joined {
  std::string text;
  PhraseTotals totals;
};

Joined joined(const std::vector<std::string>& files, const PhraseSettings& settings,
              std::int64_t memory = 1 << 26) {
  Joined j;
  j.totals = join_phrases(files, settings, {memory, ""}, nullptr,
                          [&](std::string_view text) { j.text += text; });
  return j;
}

Joined joined_text(const std::string& text, const PhraseSettings& settings) {
  const Folder folder;
  write_file(folder / "text", text);
  return joined({folder / "text"}, settings);
}

// word2phrase's rule, straight from its description.
std::string naive(const std::string& text, const PhraseSettings& s) {
  std::map<std::string, double> words;
  std::map<std::pair<std::string, std::string>, double> pairs;
  double total = 0;
  const auto each = [&](const auto& take) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) take(line);
  };
  each([&](const std::string& line) {
    std::istringstream in(line);
    std::string last;
    for (std::string word; in >> word; last = word) {
      ++words[word];
      ++total;
      if (!last.empty()) ++pairs[{last, word}];
    }
  });
  std::string out;
  const auto min_count = static_cast<double>(s.min_count);
  each([&](const std::string& line) {
    std::istringstream in(line);
    std::string last;
    for (std::string word; in >> word;) {
      const bool known = !last.empty() && words[last] >= min_count && words[word] >= min_count;
      const bool join =
          known &&
          (pairs[{last, word}] - min_count) / words[last] / words[word] * total > s.threshold;
      if (!out.empty() && out.back() != '\n') out += join ? '_' : ' ';
      out += word;
      last = join ? "" : word;
    }
    out += '\n';
  });
  return out;
}

std::string random_lines(std::size_t words) {
  Rng rng(11);
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    text += "w" + std::to_string(rng.below(rng.below(60) + 1));
    text += rng.below(9) == 0 ? '\n' : ' ';
  }
  return text + "\n";
}

}  // namespace

TEST_CASE("pairs that stand together more often than by chance are joined", "[embed][phrases]") {
  PhraseSettings s;
  s.min_count = 1;
  s.threshold = 2.5;
  // new york: (3 - 1) / (3 * 3) * 13 = 2.9; york is: (2 - 1) / (3 * 2) * 13 = 2.2
  const Joined j = joined_text("new york is big\nthe new  york\tis far\r\n\nin new york\nto", s);
  CHECK(j.text == "new_york is big\nthe new_york is far\n\nin new_york\nto\n");
  CHECK(j.totals.words == 13);
  CHECK(j.totals.joined == 3);
  CHECK(j.totals.phrases == 1);
}

TEST_CASE("no word is in two phrases, and passes make longer ones", "[embed][phrases]") {
  PhraseSettings s;
  s.min_count = 1;
  s.threshold = 0.5;
  CHECK(joined_text("a b c\na b c\na b c\n", s).text == "a_b c\na_b c\na_b c\n");
  s.passes = 2;
  CHECK(joined_text("a b c\na b c\na b c\n", s).text == "a_b_c\na_b_c\na_b_c\n");
}

TEST_CASE("phrases are those of a naive count", "[embed][phrases]") {
  const std::string text = random_lines(20'000);
  const Folder folder;
  write_file(folder / "text", text);
  for (const double threshold : {0.5, 1.0, 1.2, 1e9}) {
    for (const std::int64_t min_count : {1, 5, 300}) {
      CAPTURE(threshold, min_count);
      const PhraseSettings s{.min_count = min_count, .threshold = threshold, .passes = 1};
      const Joined one = joined({folder / "text"}, s);
      CHECK(one.text == naive(text, s));
      set_threads(3);
      const Joined three = joined({folder / "text"}, s, 1);
      set_threads(1);
      CHECK(three.text == one.text);
      CHECK(three.totals.joined == one.totals.joined);
    }
  }
}

TEST_CASE("symbols of sentences are in no phrase", "[embed][phrases]") {
  PhraseSettings s;
  s.min_count = 1;
  s.threshold = 0;
  CHECK(joined_text("<unk> a\n<unk> a\n<unk> a\n", s).text == "<unk> a\n<unk> a\n<unk> a\n");
}

TEST_CASE("an empty text has no phrases", "[embed][phrases]") {
  const Folder folder;
  write_file(folder / "text", "");
  CHECK(failure([&] { joined({folder / "text"}, {}); }, Exit::data) ==
        "there is no sentence in '" + folder / "text" + "'");
}

}  // namespace dlt::test
