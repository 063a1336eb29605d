#include "ngram/corpus.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <thread>
#include <zlib.h>

#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"

using namespace dlt;
using namespace dlt::ngram;
using dlt::test::Folder;

namespace {

struct Line {
  std::string text;
  std::int64_t number;
  bool operator==(const Line&) const = default;
};

std::vector<Line> lines_of(const std::string& path, std::size_t bytes) {
  std::vector<Line> lines;
  TextReader reader(path);
  for (Block block; reader.next(block, bytes);) {
    CHECK(*block.file == path);
    each_line(block, [&](std::string_view line, std::int64_t number) {
      lines.push_back({std::string(line), number});
    });
  }
  return lines;
}

void write_gzip(const std::string& path, const std::string& text) {
  const gzFile file = ::gzopen(path.c_str(), "wb");
  ::gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(file);
}

}  // namespace

TEST_CASE("texts in blocks of any size", "[ngram][corpus]") {
  const Folder folder;
  const std::string text =
      "\xEF\xBB\xBF"
      "one\n\ntwo words\r\n" +
      std::string(300, 'x') + "\nlast";
  write_file(folder / "plain", text);
  write_gzip(folder / "packed", text);
  const std::vector<Line> lines = {
      {"one", 1}, {"", 2}, {"two words\r", 3}, {std::string(300, 'x'), 4}, {"last", 5}};
  for (std::size_t bytes : {1, 2, 5, 100, 1000000}) {
    CHECK(lines_of(folder / "plain", bytes) == lines);
    CHECK(lines_of(folder / "packed", bytes) == lines);
  }
  write_file(folder / "empty", "");
  CHECK(lines_of(folder / "empty", 10).empty());
  write_file(folder / "mark", "\xEF\xBB\xBF");
  CHECK(lines_of(folder / "mark", 10).empty());
}

TEST_CASE("a text larger than what stays mapped", "[ngram][corpus]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + '\n';
  write_file(folder / "text", text);
  std::string read;
  TextReader reader(folder / "text");
  for (Block block; reader.next(block, 1000);) read += block.text;
  CHECK(read == text);
}

TEST_CASE("a text from a named pipe", "[ngram][corpus]") {
  const Folder folder;
  const std::string path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { write_file(path, "a\nb\n"); });
  CHECK(lines_of(path, 100) == std::vector<Line>{{"a", 1}, {"b", 2}});
  writer.join();
}

TEST_CASE("texts that cannot be read", "[ngram][corpus]") {
  const Folder folder;
  const auto message = [](const std::string& path) {
    return test::failure([&] { lines_of(path, 100); }, Exit::data);
  };
  CHECK(message(folder.path()) ==
        "cannot read '" + folder.path() + "': it is a folder, a file is needed");
  CHECK(message(folder / "none") ==
        "cannot open '" + (folder / "none") + "': No such file or directory");
  std::string text;
  for (int i = 0; i < 10000; ++i) text += std::to_string(i * i) + '\n';
  write_gzip(folder / "packed", text);
  const std::string bytes = read_file(folder / "packed", Exit::data);
  write_file(folder / "cut", bytes.substr(0, bytes.size() / 2));
  CHECK(message(folder / "cut") ==
        "cannot read '" + (folder / "cut") + "': the compressed data end early");
}
