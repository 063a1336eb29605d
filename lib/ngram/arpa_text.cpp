#include "ngram/arpa_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/error.h"
#include "ngram/arpa_lines.h"

namespace dlt::ngram {
namespace {

constexpr std::size_t block_bytes = 1 << 24;

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = std::min(line.find_first_not_of(blanks), line.size());
  return line.substr(begin, line.find_last_not_of(blanks) + 1 - begin);
}

[[noreturn]] void no_arpa(const ArpaText& in) {
  struct Kind {
    std::string_view begin, what;
  };
  constexpr std::array<Kind, 6> kinds = {{
      {"mmap lm http://kheafield.com/code",
       "it is a binary file of KenLM: give the ARPA file that it was made from"},
      {"BZh", "it is compressed by bzip2: decompress it, or use gzip"},
      {"\xFD"
       "7zXZ",
       "it is compressed by xz: decompress it, or use gzip"},
      {"\x28\xB5\x2F\xFD", "it is compressed by zstd: decompress it, or use gzip"},
      {"PK\x03\x04", "it is a zip archive: give the file that is in it"},
      {"blmt", "it is a binary file of IRSTLM: give the ARPA file that it was made from"},
  }};
  const std::string_view begin = in.begin();
  std::string_view what = "it looks like plain text: `dlt ngram train` makes a model of it";
  if (begin.empty()) what = "it is empty";
  if (begin.find('\0') != begin.npos) what = "it is a binary file of another kind";
  for (const Kind& kind : kinds) {
    if (begin.starts_with(kind.begin)) what = kind.what;
  }
  fail(Exit::damaged, "{}: this is no ARPA file, none of its lines is '\\data\\'; {}", in.path(),
       what);
}

// "ngram 2=47"
std::optional<std::pair<int, std::uint64_t>> announcement(std::string_view line) {
  constexpr std::string_view word = "ngram";
  if (!line.starts_with(word)) return {};
  const std::size_t equals = line.find('=');
  if (equals == line.npos) return {};
  const auto integer = [](std::string_view text, auto& value) {
    text = trimmed(text);
    const char* end = text.data() + text.size();
    return std::from_chars(text.data(), end, value) == std::from_chars_result{end, std::errc()};
  };
  std::pair<int, std::uint64_t> found;
  const bool whole = integer(line.substr(word.size(), equals - word.size()), found.first) &&
                     integer(line.substr(equals + 1), found.second);
  return whole ? std::optional(found) : std::nullopt;
}

}  // namespace

bool ArpaText::line(std::string_view& line) {
  while (more()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line = trimmed(rest_.substr(0, end));
    pass(std::min(end + 1, rest_.size()), 1);
    if (!line.empty()) return true;
  }
  return false;
}

bool ArpaText::lines(std::string_view& text, std::int64_t& first) {
  if (!more() || rest_.front() == '\\') return false;
  const std::size_t end = rest_.find("\n\\");
  text = rest_.substr(0, end == rest_.npos ? end : end + 1);
  first = number_ + 1;
  pass(text.size(), std::count(text.begin(), text.end(), '\n') + (text.ends_with('\n') ? 0 : 1));
  return true;
}

void ArpaText::expect(const std::string& marker) {
  std::string_view next;
  const bool there = line(next);
  require(there, Exit::damaged, "{}:{}: the file ends before '{}': it is cut off", path_, number_,
          marker);
  require(next == marker, Exit::damaged, "{}:{}: expected '{}', got '{}'", path_, number_, marker,
          shown(next));
}

bool ArpaText::more() {
  if (!rest_.empty()) return true;
  Block block;
  bool there = false;
  try {
    there = reader_.next(block, block_bytes);
  } catch (const Error& e) {
    fail(Exit::damaged, "{}", e.what());
  }
  if (!there) return false;
  rest_ = block.text;
  if (begin_.empty()) begin_ = rest_.substr(0, 512);
  return true;
}

void ArpaText::pass(std::size_t bytes, std::int64_t count) {
  rest_.remove_prefix(bytes);
  number_ += count;
}

std::vector<Announced> read_arpa_header(ArpaText& in) {
  std::string_view line;
  while (in.line(line) && line != "\\data\\") line = {};
  if (line != "\\data\\") no_arpa(in);
  std::vector<Announced> counts;
  while (in.line(line)) {
    if (line.starts_with('#')) continue;
    if (line == "\\1-grams:" && !counts.empty()) return counts;
    const auto next = announcement(line);
    const int order = static_cast<int>(counts.size()) + 1;
    require(next && next->first == order, Exit::damaged,
            "{}:{}: expected 'ngram {}=' and a number{}, got '{}'", in.path(), in.number(), order,
            counts.empty() ? "" : ", or '\\1-grams:'", shown(line));
    require(order <= max_order, Exit::damaged,
            "{}:{}: n-grams of {} words are longer than the {} that are possible here: prune the "
            "model to that order first",
            in.path(), in.number(), order, max_order);
    counts.push_back({next->second, in.number()});
  }
  fail(Exit::damaged, "{}:{}: the file ends before '\\1-grams:': it is cut off", in.path(),
       in.number());
}

}  // namespace dlt::ngram
