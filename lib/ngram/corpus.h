#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

// Text as lines, from files, gzip files (by content, not by name) and standard input ("-").
namespace dlt::ngram {

struct Block {
  std::string_view text;    // whole lines, the last maybe without its line end
  std::int64_t line = 1;    // number of the first
  const std::string* file;  // its name, for messages
};

// A part of a plain file: from behind the line that so much of its bytes falls in to behind
// another such line.
struct Share {
  double from = 0, to = 1;
  bool whole() const { return from <= 0 && to >= 1; }
};

// A text that is read once, front to back. A byte order mark at the beginning is passed over.
// Exit::data where the file cannot be read; Exit::usage for a share of what is no plain file.
class TextReader {
 public:
  explicit TextReader(const std::string& path, Share share = {});
  ~TextReader();
  TextReader(TextReader&&) noexcept;

  // The next lines, about `bytes` of them (a longer line is whole); false at the end. Valid until
  // the next call. Plain files are mapped: nothing is copied.
  bool next(Block& block, std::size_t bytes = 1 << 22);

 private:
  struct Source;
  std::unique_ptr<Source> source_;
};

// Calls take(line, number) for each line of a block, without its line end.
void each_line(const Block& block,
               const std::function<void(std::string_view line, std::int64_t number)>& take);

}  // namespace dlt::ngram
