#include "lexicon/grams.h"

#include <charconv>
#include <utf8proc.h>

#include "base/error.h"
#include "ngram/unit.h"
#include "text/utf8.h"

namespace dlt::lexicon {
namespace {

void append_lowered(std::string& to, std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    const auto point = text::code_point_at(line, at);
    const auto bytes = static_cast<std::size_t>(point.bytes);
    if (point.state == text::Utf8::whole) {
      const auto small = utf8proc_tolower(static_cast<utf8proc_int32_t>(point.value));
      to += text::utf8(static_cast<char32_t>(small));
    } else {
      to += line.substr(at, bytes);
    }
    at += bytes;
  }
}

// The length at the beginning of `text`, taken off it; 0 if there is none.
int take_length(std::string_view& text) {
  int length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || length < 1 || length > ngram::max_order) return 0;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return length;
}

}  // namespace

std::string_view unit_name(ngram::Unit unit) {
  switch (unit) {
    case ngram::Unit::chars:
      return "chars";
    case ngram::Unit::bytes:
      return "bytes";
    default:
      return "words";
  }
}

bool read_unit(std::string_view name, ngram::Unit& unit) {
  using ngram::Unit;
  for (const Unit u : {Unit::words, Unit::chars, Unit::bytes}) {
    if (name == unit_name(u)) {
      unit = u;
      return true;
    }
  }
  return false;
}

ngram::Unit parse_unit(const std::string& name) {
  ngram::Unit unit{};
  require(read_unit(name, unit), Exit::usage, "--unit: expected words, chars or bytes, got '{}'",
          name);
  return unit;
}

bool read_lengths(std::string_view text, GramSettings& settings) {
  const int shortest = take_length(text);
  int longest = shortest;
  if (text.starts_with('-')) {
    text.remove_prefix(1);
    longest = take_length(text);
  }
  if (shortest == 0 || longest < shortest || !text.empty()) return false;
  settings.shortest = shortest;
  settings.longest = longest;
  return true;
}

void parse_lengths(const std::string& text, GramSettings& settings) {
  require(read_lengths(text, settings), Exit::usage,
          "--n: expected a length from 1 to {} or a range such as 1-3, got '{}'", ngram::max_order,
          text);
}

std::string lengths_text(const GramSettings& settings) {
  if (settings.shortest == settings.longest) return std::to_string(settings.shortest);
  return fmt::format("{}-{}", settings.shortest, settings.longest);
}

std::string_view GramCutter::whole(std::string_view line, int& tokens) {
  split(line);
  tokens = static_cast<int>(begins_.size());
  return text_;
}

void GramCutter::split(std::string_view line) {
  if (settings_.lower) {
    lowered_.clear();
    append_lowered(lowered_, line);
    line = lowered_;
  }
  text_.clear();
  begins_.clear();
  ends_.clear();
  const bool words = settings_.unit == ngram::Unit::words;
  ngram::Tokens tokens(line, settings_.unit);
  for (std::string_view token; tokens.next(token);) {
    if (words && !text_.empty()) text_ += ' ';
    begins_.push_back(text_.size());
    text_ += token == "\t" || token == "\r" ? "\u2581" : token;
    ends_.push_back(text_.size());
  }
}

}  // namespace dlt::lexicon
