#include "sa/numbers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number.h"

namespace dlt::sa {
namespace {

constexpr std::size_t longest_line = 16 << 20;
constexpr std::string_view blanks = " \t\r\f\v", separators = ",;";

bool is_separator(char c) { return separators.find(c) != std::string_view::npos; }

void skip_blanks(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
}

std::string shortened(std::string_view field) {
  return std::string(field.substr(0, 40)) + (field.size() > 40 ? "..." : "");
}

}  // namespace

Numbers::Numbers(const std::string& path, std::int64_t column, std::function<bool()> stop)
    : name_(path == "-" ? "standard input" : path),
      column_(column),
      stop_(std::move(stop)),
      fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  const int problem = errno;
  require(fd_ >= 0, Exit::data, "cannot open '{}': {}", path, std::strerror(problem));
}

Numbers::~Numbers() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool Numbers::read_more() {
  char buffer[1 << 16];
  for (;;) {
    if (stop_()) return false;
    pollfd waiting = {fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 200) == 0) continue;  // also left by a signal
    const ssize_t got = stop_() ? 0 : ::read(fd_, buffer, sizeof buffer);
    const int problem = errno;
    if (got < 0 && problem == EINTR) continue;
    require(got >= 0, Exit::data, "cannot read '{}': {}", name_, std::strerror(problem));
    text_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
}

bool Numbers::read_line() {
  text_.erase(0, begin_);
  begin_ = 0;
  ++number_;
  std::size_t end = text_.find('\n');
  while (end == std::string::npos) {
    require(text_.size() <= longest_line, Exit::data, "{}:{}: the line is longer than {} MiB",
            name_, number_, longest_line >> 20);
    const std::size_t before = text_.size();
    if (!read_more()) break;
    end = text_.find('\n', before);
  }
  if (text_.empty()) return false;
  line_ = std::string_view(text_).substr(0, end);
  begin_ = std::min(end, text_.size() - 1) + 1;
  line_ = line_.substr(0, line_.find('#'));
  if (number_ == 1 && line_.starts_with("\xEF\xBB\xBF")) line_.remove_prefix(3);
  return true;
}

std::optional<std::string_view> Numbers::field() {
  skip_blanks(line_);
  if (line_.empty()) return std::nullopt;
  const std::size_t end =
      std::min(line_.find_first_of(std::string(blanks) + std::string(separators)), line_.size());
  const auto found = line_.substr(0, end);
  line_.remove_prefix(end);
  skip_blanks(line_);
  if (!line_.empty() && is_separator(line_.front())) line_.remove_prefix(1);
  return found;
}

double Numbers::checked(std::string_view field) const {
  const auto value = parse_number(field);
  require(value.has_value(), Exit::data, "{}:{}: expected a finite number, got '{}'", name_,
          number_, shortened(field));
  return *value;
}

// Of the line in hand; none if it is empty or the headings.
std::optional<double> Numbers::in_column() {
  std::optional<std::string_view> found;
  std::int64_t count = 0;
  bool words = true;
  while (const auto f = field()) {
    if (++count == column_) found = f;
    words = words && !parse_number(*f);
  }
  if (count == 0 || (number_ == 1 && words)) return std::nullopt;
  require(count >= column_, Exit::data, "{}:{}: there is no column {}, the line has {}", name_,
          number_, column_, count);
  return checked(*found);
}

std::optional<double> Numbers::next() {
  for (;;) {
    if (column_ == 0) {
      while (const auto f = field()) {
        if (f->empty()) continue;
        return checked(*f);
      }
    }
    if (!read_line()) return std::nullopt;
    if (column_ == 0) continue;
    if (const auto value = in_column()) return value;
  }
}

}  // namespace dlt::sa
