#include <catch2/catch.hpp>
#include <csignal>
#include <sys/resource.h>

#include "ngram/count_support.h"
#include "ngram/counts.h"
#include "support/failure.h"

using namespace dlt;
using namespace dlt::ngram;
using namespace dlt::test;

namespace {

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
  const ThreadCount threads(3);
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
  CHECK(
      failure([&] { count_text(joined(zipf_lines(rng, 2000, 50, 10)), settings); }, Exit::failed) ==
      "cannot make a temporary file in '/none': No such file or directory; name another folder "
      "with --tmp");
}

TEST_CASE("a full disk while sorting", "[ngram][counts]") {
  Rng rng(6);
  const Folder folder, tmp;
  write_file(folder / "text", joined(zipf_lines(rng, 5000, 5000, 20)));
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
