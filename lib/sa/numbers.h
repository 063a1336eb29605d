#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dlt::sa {

// Numbers of a text of any length, read as they come: one or several in a line, separated by
// blanks, commas or semicolons; # begins a comment. Mistakes are an Error with Exit::data at
// "file:line".
class Numbers {
 public:
  // path "-": standard input. column: only the numbers of that column, 1, 2, ...; a first line of
  // words is then taken for headings. 0: all. stop: asked whenever input is waited for; true is
  // the end of it.
  Numbers(const std::string& path, std::int64_t column, std::function<bool()> stop);
  ~Numbers();
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;

  std::optional<double> next();
  const std::string& name() const { return name_; }

 private:
  bool read_line();
  bool read_more();
  std::optional<std::string_view> field();  // the next of the line
  std::optional<double> in_column();
  double checked(std::string_view field) const;

  std::string name_;
  std::int64_t column_;
  std::function<bool()> stop_;
  int fd_;
  std::string text_;         // read and not yet gone
  std::size_t begin_ = 0;    // of what is unread in it
  std::string_view line_;    // what is left of the line in hand, a part of text_
  std::int64_t number_ = 0;  // of the line
};

}  // namespace dlt::sa
