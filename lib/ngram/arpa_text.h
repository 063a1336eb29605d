#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ngram/corpus.h"

// The frame of an ARPA file: its header, the lines that begin its sections, and what is between.
namespace dlt::ngram {

// A file as lines, and as stretches of lines that do not begin with a backslash. What cannot be
// read is Exit::damaged.
class ArpaText {
 public:
  explicit ArpaText(const std::string& path)
      : path_(path == "-" ? "standard input" : path), reader_(path) {}

  bool line(std::string_view& line);  // the next that is not empty, trimmed
  // False at a line that begins with a backslash and at the end. `first`: number of the first line.
  bool lines(std::string_view& text, std::int64_t& first);
  void expect(const std::string& marker);  // as the next line

  std::int64_t number() const { return number_; }      // of the last line given
  const std::string& path() const { return path_; }    // for messages
  const std::string& begin() const { return begin_; }  // of the file: some bytes

 private:
  bool more();
  void pass(std::size_t bytes, std::int64_t count);

  std::string path_, begin_;
  TextReader reader_;
  std::string_view rest_;
  std::int64_t number_ = 0;
};

// The header's "ngram 2=47".
struct Announced {
  std::uint64_t count;
  std::int64_t line;
};
std::vector<Announced> read_arpa_header(ArpaText& in);  // up to and with the line \1-grams:

}  // namespace dlt::ngram
