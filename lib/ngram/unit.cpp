#include "ngram/unit.h"

#include <algorithm>

#include "base/error.h"
#include "text/byte_alphabet.h"
#include "text/utf8.h"

namespace dlt::ngram {
namespace {

constexpr std::string_view space_character = "\u2581", replacement = "\uFFFD";

constexpr bool separates(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::chars:
      return "chars";
    case Unit::bytes:
      return "bytes";
    default:
      return "words";
  }
}

bool read_unit(std::string_view name, Unit& unit) {
  for (const Unit u : {Unit::words, Unit::chars, Unit::bytes}) {
    if (name == unit_name(u)) {
      unit = u;
      return true;
    }
  }
  return false;
}

Unit parse_unit(const std::string& name) {
  Unit unit{};
  require(read_unit(name, unit), Exit::usage, "--unit: expected words, chars or bytes, got '{}'",
          name);
  return unit;
}

Tokens::Tokens(std::string_view line, Unit unit) : line_(line), unit_(unit) {
  if (unit != Unit::words && line_.ends_with('\r')) line_.remove_suffix(1);
}

bool Tokens::next(std::string_view& token) {
  if (unit_ == Unit::words) {
    while (at_ < line_.size() && separates(line_[at_])) ++at_;
    token_at_ = at_;
    while (at_ < line_.size() && !separates(line_[at_])) ++at_;
    token = line_.substr(token_at_, at_ - token_at_);
    return !token.empty();
  }
  if (at_ == line_.size()) return false;
  token_at_ = at_;
  if (unit_ == Unit::bytes) {
    token = text::symbol_of(static_cast<std::uint8_t>(line_[at_++]));
    return true;
  }
  const auto point = text::code_point_at(line_, at_);
  at_ += static_cast<std::size_t>(point.bytes);
  token = point.state != text::Utf8::whole ? replacement
          : point.value == ' '             ? space_character
                                           : line_.substr(token_at_, at_ - token_at_);
  return true;
}

std::size_t Tokens::column() const {
  return static_cast<std::size_t>(text::place_of(line_, token_at_).column);
}

void append_token(std::string& line, std::string_view token, Unit unit) {
  if (unit == Unit::words) {
    if (!line.empty()) line += ' ';
    line += token;
  } else if (unit == Unit::chars) {
    line += token == space_character ? " " : token;
  } else {
    line += text::unspell(token).value_or(std::string(token));
  }
}

}  // namespace dlt::ngram
