#include "ngram/counts.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fmt/core.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "ngram/naive_counts.h"
#include "support/failure.h"
#include "support/folder.h"
#include "support/random_text.h"

using namespace dlt;
using namespace dlt::ngram;
using dlt::test::failure;
using dlt::test::Folder;
using dlt::test::NaiveCounts;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

Counts count_text(const std::string& text, const CountSettings& settings) {
  const Folder folder;
  write_file(folder / "text", text);
  return count({folder / "text"}, settings, nullptr);
}

CountSettings of_order(int order) {
  CountSettings settings;
  settings.order = order;
  return settings;
}

// The n-gram of a node, oldest word first, by walking down to it.
template <class Take>
void each_ngram(const Counts& counts, NaiveCounts::Gram& gram, std::size_t level, Node node,
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

void check_same(const Counts& counts, const NaiveCounts& naive) {
  std::size_t found = 0;
  std::string wrong;
  for (WordId w = 0; w < counts.vocabulary.size(); ++w) {
    NaiveCounts::Gram gram = {std::string(counts.vocabulary.word(w))};
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

// Words of a falling frequency, w0, w1, ..., in lines of up to `longest` words.
std::vector<std::string> random_lines(Rng& rng, int lines, std::uint64_t types, int longest) {
  std::vector<std::string> text;
  for (int l = 0; l < lines; ++l) {
    std::string line;
    for (auto words = rng.below(static_cast<std::uint64_t>(longest) + 1); words > 0; --words) {
      line += fmt::format("w{} ", rng.below(1 + rng.below(1 + rng.below(types))));
    }
    text.push_back(line);
  }
  return text;
}

struct Threads {  // for a scope
  explicit Threads(int n) { set_threads(n); }
  ~Threads() { set_threads(1); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
};

struct SmallFiles {  // for a scope: writing more fails, as on a full disk
  explicit SmallFiles(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before);
    const struct rlimit less { bytes, before.rlim_max };
    ::setrlimit(RLIMIT_FSIZE, &less);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;
  struct rlimit before {};
};

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
    std::vector<std::string> lines = random_lines(rng, 60, 12, 14);
    for (int i = 0; i < 5; ++i) {
      std::string line = test::random_text(rng, 20);
      line.erase(std::remove(line.begin(), line.end(), '\n'), line.end());
      if (unit == Unit::words) std::erase(line, '\r');
      lines.push_back(line + (unit == Unit::words ? "" : "\xFF"));
    }
    INFO(order);
    CountSettings settings = of_order(order);
    settings.text.unit = unit;
    check_same(count_text(joined(lines), settings), NaiveCounts(lines, unit, order));
  }
}

TEST_CASE("memory and threads change nothing", "[ngram][counts]") {
  Rng rng(2);
  const auto lines = random_lines(rng, 1500, 3000, 20);
  const Folder folder, tmp;
  write_file(folder / "text", joined(lines));
  for (int order : {2, 3, 5, 9}) {
    CountSettings settings = of_order(order);
    const Counts plain = count({folder / "text"}, settings, nullptr);
    check_same(plain, NaiveCounts(lines, Unit::words, order));
    settings.work = {.memory = 1, .tmp = tmp.path()};
    for (int n : {1, 2, 3}) {
      const Threads threads(n);
      check_same(count({folder / "text"}, settings, nullptr), plain);
    }
  }
  CHECK(tmp.list().empty());
}

TEST_CASE("frequent words are sorted in several parts", "[ngram][counts][.slow]") {
  Rng rng(3);
  const auto lines = random_lines(rng, 60000, 50, 10);  // more than a part holds
  const NaiveCounts naive(lines, Unit::words, 3);
  const Threads threads(2);
  check_same(count_text(joined(lines), of_order(3)), naive);
}

TEST_CASE("a line longer than memory is one sentence", "[ngram][counts]") {
  Rng rng(4);
  std::string line;
  for (int i = 0; i < 20000; ++i) line += fmt::format("{} ", rng.below(50));
  CountSettings settings = of_order(5);
  const NaiveCounts naive({line}, Unit::words, 5);
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
             NaiveCounts({"<unk> b <unk>", "<unk> <unk>"}, Unit::words, 2));

  write_file(folder / "words", "b\nc d\n");
  CHECK(failure([&] { count_text("a\n", settings); }, Exit::data) ==
        folder / "words" + ":2:3: a second word 'd'; a vocabulary has one word a line");
}

TEST_CASE("symbols of sentences in a text", "[ngram][counts]") {
  CountSettings settings = of_order(2);
  const auto tokens = [&](const std::string& text) { return count_text(text, settings).tokens; };
  CHECK(tokens("<s> a b </s> \r\n</s>\n<s>\n a") == 7);
  const Folder folder;
  write_file(folder / "text", "a b\n\xC3\xA4 <s> b\n");
  const auto message = [&](const std::string& text) {
    write_file(folder / "text", text);
    return failure([&] { count({folder / "text"}, settings, nullptr); }, Exit::data);
  };
  const std::string file = folder / "text";
  CHECK(message("a b\n\xC3\xA4 <s> b\n") ==
        file +
            ":2:3: <s> inside a sentence; it stands for its beginning, take it out or use "
            "--skip-symbols");
  CHECK(message("a </s> b\n") ==
        file +
            ":1:3: </s> inside a sentence; it stands for its end, take it out or use "
            "--skip-symbols");
  CHECK(message("a\n\n<unk>\n") == file +
                                       ":3:1: <unk> in the text; --open-vocab counts it as a "
                                       "word, --skip-symbols as white space");
  settings.text.symbols = Symbols::skip;
  CHECK(tokens("a <s> <unk> </s> b\n") == 3);
  settings.text.open_vocabulary = true;
  const Counts open = count_text("a <unk> b\n", settings);
  CHECK(open.tokens == 4);
  CHECK(open.unknown == 1);
  CHECK(open.vocabulary.size() == 5);
  settings.text.unit = Unit::chars;
  CHECK(tokens("<s>\n") == 4);
}

TEST_CASE("lines of any kind", "[ngram][counts]") {
  CountSettings settings = of_order(2);
  const auto sentences = [&](const std::string& text) {
    return count_text(text, settings).sentences;
  };
  CHECK(sentences("a\n\nb") == 3);
  CHECK(sentences("\xEF\xBB\xBF"
                  "a\r\nb\r\n") == 2);
  CHECK(count_text("\xEF\xBB\xBF"
                   "a\r\nb\r\n",
                   settings)
            .vocabulary.size() == 5);
  CHECK(sentences("\n") == 1);
  CHECK(count_text("a\xFF\xC3 b\n", settings).vocabulary.id("a\xFF\xC3") != unknown);
  settings.text.skip_empty = true;
  CHECK(sentences("a\n \t\n<s> </s>\nb") == 2);
}

TEST_CASE("texts that cannot be counted", "[ngram][counts]") {
  const Folder folder;
  const std::string file = folder / "text";
  CountSettings settings = of_order(3);
  const auto message = [&](const std::string& text) {
    write_file(file, text);
    return failure([&] { count({file}, settings, nullptr); }, Exit::data);
  };
  CHECK(message("") == "there is no sentence in '" + file + "'");
  CHECK(message("a\nb " + std::string(1, '\0') + " c\n") ==
        file + ":2:3: a NUL byte; this is no text, or one in UTF-16");
  CHECK(message("a b\nc " + std::string(65536, 'x')) ==
        file +
            ":2:3: a word of 65536 bytes, 65535 are allowed; is this text without spaces? Use "
            "the unit chars or bytes");
  settings.text.unit = Unit::chars;
  CHECK(message("a\nb" + std::string(1, '\0') + "\n") ==
        file + ":2:2: a NUL byte; this is no text, or one in UTF-16");
  CHECK(failure([&] { count({folder / "none"}, settings, nullptr); }, Exit::data) ==
        "cannot open '" + (folder / "none") + "': No such file or directory");
  settings.order = 10;
  CHECK(failure([&] { count({file}, settings, nullptr); }, Exit::usage) ==
        "n-grams of 10 words; 1 to 9 are possible");
}

TEST_CASE("the first mistake of a text is the one that is told", "[ngram][counts]") {
  const Folder folder;
  std::string text;
  for (int i = 1; i <= 200000; ++i) text += i >= 1000 && i % 500 == 0 ? "a <s> b\n" : "a b\n";
  write_file(folder / "text", text);
  const Threads threads(3);
  for (int i = 0; i < 5; ++i) {
    const std::string message =
        failure([&] { count({folder / "text"}, of_order(2), nullptr); }, Exit::data);
    CHECK(message.starts_with(folder / "text:1000:3: <s> inside"));
  }
}

TEST_CASE("a folder for temporary files that is not there", "[ngram][counts]") {
  Rng rng(5);
  CountSettings settings = of_order(3);
  settings.work = {.memory = 1, .tmp = "/none"};
  CHECK(failure([&] { count_text(joined(random_lines(rng, 2000, 50, 10)), settings); },
                Exit::failed) ==
        "cannot make a temporary file in '/none': No such file or directory; name another folder "
        "with --tmp");
}

TEST_CASE("a full disk while sorting", "[ngram][counts]") {
  Rng rng(6);
  const Folder folder, tmp;
  write_file(folder / "text", joined(random_lines(rng, 5000, 5000, 20)));
  CountSettings settings = of_order(5);
  settings.work = {.memory = 1, .tmp = tmp.path()};
  const std::string message = failure(
      [&] {
        const SmallFiles small(100000);
        count({folder / "text"}, settings, nullptr);
      },
      Exit::failed);
  CHECK(message == "cannot write a temporary file of 0.1 MiB in '" + tmp.path() +
                       "': File too large; name another folder with --tmp");
  CHECK(tmp.list().empty());
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
  check_same(counts, NaiveCounts({"x y", "y z"}, Unit::words, 2));
  CHECK(stages == std::vector<std::string>{"counting words", "sorting n-grams", "counting n-grams",
                                           "building the tree"});
}
