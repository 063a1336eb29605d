#include "ngram/arpa_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <limits>
#include <optional>

#include "base/parallel.h"
#include "base/utf8.h"

namespace dlt::ngram {
namespace {

constexpr std::size_t piece_bytes = 1 << 18;

constexpr bool separates(char c) { return c == ' ' || c == '\t' || c == '\r'; }

struct Fields {  // of a line; those past the last that can be right are only counted
  std::array<std::string_view, max_order + 2> field;
  int count = 0;

  explicit Fields(std::string_view line) {
    for (std::size_t at = 0;;) {
      while (at < line.size() && separates(line[at])) ++at;
      if (at == line.size()) return;
      const std::size_t begin = at;
      while (at < line.size() && !separates(line[at])) ++at;
      if (count < max_order + 2)
        field[static_cast<std::size_t>(count)] = line.substr(begin, at - begin);
      ++count;
    }
  }
};

[[noreturn]] void mistake(std::int64_t line, std::string what) {
  throw ArpaMistake{line, std::move(what)};
}

// The number that is all of `text`; nothing where it is none, or one that a float cannot hold.
std::optional<float> parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  float value = 0;
  auto result = std::from_chars(text.data(), end, value);
  if (result.ec == std::errc::result_out_of_range) {  // too small is 0
    double wide = 0;
    result = std::from_chars(text.data(), end, wide);
    if (result.ec != std::errc() || std::abs(wide) > 1) return {};
    value = static_cast<float>(wide);
  }
  if (result.ec != std::errc() || result.ptr != end) return {};
  return value;
}

// -inf is allowed and the same as log_zero. -0 becomes 0: it means something else here.
std::optional<float> finite(std::string_view text) {
  const auto value = parse(text);
  if (!value || std::isnan(*value)) return {};
  if (std::isinf(*value)) return *value < 0 ? std::optional(log_zero) : std::nullopt;
  return *value + 0.0F;
}

std::string plural(int count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Adds what stands around the words of a line.
void add_values(const Fields& fields, std::int64_t line, Longest longest, ArpaRows& rows) {
  const int n = rows.n, count = fields.count;
  if (count != n + 1 && count != n + 2) {
    mistake(line, fmt::format("expected a log10 probability, {} and perhaps a back-off weight, "
                              "got {}",
                              plural(n, "word"), plural(count, "field")));
  }
  const auto p = finite(fields.field[0]);
  if (!p) {
    mistake(line, fmt::format("expected a log10 probability, got '{}'", shown(fields.field[0])));
  }
  const bool begins = n == 1 && fields.field[1] == begin_word;  // its probability is of no meaning
  if (*p > 0 && !begins) {
    mistake(line, fmt::format("the log10 probability {} is positive: no probability is above 1; "
                              "write 0 where it comes of rounding",
                              shown(fields.field[0])));
  }
  float bow = 0;
  if (count == n + 2) {
    const std::string_view text = fields.field[static_cast<std::size_t>(n + 1)];
    const auto value = finite(text);
    if (!value) {
      mistake(line, fmt::format("expected a back-off weight after {}, got '{}'", plural(n, "word"),
                                shown(text)));
    }
    bow = *value;
  }
  if (longest == Longest::yes && bow != 0) ++rows.needless;
  rows.place(line);
  rows.log10_p.push_back(*p);
  rows.log10_bow.push_back(longest == Longest::yes ? 0 : bow);
}

// Calls take(line, number) for each line that is not empty.
template <class F>
std::int64_t each_full_line(std::string_view text, std::int64_t line, const F& take) {
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const Fields fields(text.substr(at, end - at));
    if (fields.count > 0) take(fields, line);
    at = end + 1;
  }
  return line;
}

// Turns the words of lines into ids. In a sorted file most words are those of the line before.
class Words {
 public:
  Words(const Vocabulary& words, int n) : words_(words), n_(static_cast<std::size_t>(n)) {}

  void add(const Fields& fields, std::int64_t line, std::vector<WordId>& to) {
    for (std::size_t i = 0; i < n_; ++i) {
      const std::string_view word = fields.field[n_ - i];
      if (word != last_[i]) {
        const WordId id = words_.id(word);
        if (id == unknown && !is_unknown(word)) {
          mistake(line, fmt::format("the word '{}' is not among the 1-grams: add it there, or "
                                    "remove this {}-gram",
                                    shown(word), n_));
        }
        last_[i] = word;
        ids_[i] = id;
      }
    }
    to.insert(to.end(), ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(n_));
  }

 private:
  const Vocabulary& words_;
  std::size_t n_;
  std::array<std::string_view, max_order> last_{};
  std::array<WordId, max_order> ids_{};
};

struct Piece {
  std::string_view text;
  ArpaRows rows;
  std::int64_t lines = 0;
  std::optional<ArpaMistake> mistake;

  void read(const Vocabulary& words, Longest longest) {
    Words ids(words, rows.n);
    try {
      lines = each_full_line(text, 0, [&](const Fields& fields, std::int64_t line) {
        add_values(fields, line, longest, rows);
        ids.add(fields, line, rows.words);
      });
    } catch (ArpaMistake& m) {
      mistake = std::move(m);
    }
  }
};

std::vector<Piece> cut(std::string_view text, int n) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const std::size_t end = text.find('\n', std::min(piece_bytes, text.size()) - 1);
    const std::size_t size = std::min(end, text.size() - 1) + 1;
    pieces.push_back({.text = text.substr(0, size), .rows = {}, .lines = 0, .mistake = {}});
    pieces.back().rows.n = n;
    text.remove_prefix(size);
  }
  return pieces;
}

template <class T>
void add(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  return text.size() <= most ? printable(text) : printable(text.substr(0, most)) + "...";
}

bool is_unknown(std::string_view word) { return word == unknown_word || word == "<UNK>"; }

std::int64_t ArpaRows::line(std::size_t row) const {
  const auto after = std::ranges::upper_bound(runs_, row, {}, &Run::row);
  const Run& run = *std::prev(after);
  return run.line + static_cast<std::int64_t>(row - run.row);
}

void ArpaRows::place(std::int64_t number) {
  const bool follows =
      !runs_.empty() &&
      runs_.back().line + static_cast<std::int64_t>(size() - runs_.back().row) == number;
  if (!follows) runs_.push_back({size(), number});
}

void ArpaRows::append(const ArpaRows& rows, std::int64_t lines) {
  for (const Run& run : rows.runs_) runs_.push_back({size() + run.row, lines + run.line});
  add(words, rows.words);
  add(log10_p, rows.log10_p);
  add(log10_bow, rows.log10_bow);
  needless += rows.needless;
}

std::string_view ArpaWords::word(std::size_t row) const {
  const std::size_t begin = row == 0 ? 0 : ends[row - 1];
  return std::string_view(text).substr(begin, ends[row] - begin);
}

void read_words(std::string_view text, std::int64_t line, Longest longest, ArpaWords& rows) {
  each_full_line(text, line, [&](const Fields& fields, std::int64_t number) {
    add_values(fields, number, longest, rows);
    rows.text += fields.field[1];
    rows.ends.push_back(rows.text.size());
  });
}

void read_rows(std::string_view text, std::int64_t line, const Vocabulary& words, Longest longest,
               ArpaRows& rows) {
  std::vector<Piece> pieces = cut(text, rows.n);
  parallel_for(std::ssize(pieces), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) pieces[static_cast<std::size_t>(i)].read(words, longest);
  });
  for (Piece& piece : pieces) {
    if (piece.mistake) mistake(line + piece.mistake->line, std::move(piece.mistake->what));
    rows.append(piece.rows, line);
    line += piece.lines;
  }
}

}  // namespace dlt::ngram
