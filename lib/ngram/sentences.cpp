#include "ngram/sentences.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "ngram/word_bytes.h"
#include "text/utf8.h"

namespace dlt::ngram {
namespace {

enum Kind : std::uint8_t { letter, blank, line_end, nul };

constexpr std::array<std::uint8_t, 256> kinds = [] {
  std::array<std::uint8_t, 256> k{};
  k[' '] = k['\t'] = k['\r'] = blank;
  k['\n'] = line_end;
  k[0] = nul;
  return k;
}();

Kind kind(char c) { return static_cast<Kind>(kinds[static_cast<unsigned char>(c)]); }

const char* end_of_word(const char* at, const char* end) {
  for (;;) {
    while (end - at >= 8) {  // most words are shorter
      const int letters = before_below(at, ' ' + 1);
      at += letters;
      if (letters < 8) break;
    }
    while (at != end && kind(*at) == letter) {  // a control character, or the end of the text
      if (static_cast<unsigned char>(*at++) > ' ' && end - at >= 8) break;
    }
    if (at == end || kind(*at) != letter) return at;
  }
}

bool is_symbol(std::string_view word) {
  return word == begin_word || word == end_word || word == unknown_word;
}

}  // namespace

Sentences::Sentences(std::string_view piece, const Block& block, const TextSettings& settings)
    : block_(block),
      settings_(settings),
      at_(piece.data()),
      end_(piece.data() + piece.size()),
      line_(piece.data()) {}

std::size_t Sentences::next(std::span<std::string_view> tokens) {
  std::size_t count = 0;
  while (count < tokens.size() && take(tokens[count])) ++count;
  return count;
}

bool Sentences::take(std::string_view& token) {
  return settings_.unit == Unit::words ? take_word(token) : take_unit(token);
}

// Passes the end of a line; whether it ends a sentence.
bool Sentences::end_line() {
  if (at_ != end_) ++at_;
  line_ = at_;
  const bool counts = used_ || !settings_.skip_empty;
  begun_ = used_ = false;
  return counts;
}

bool Sentences::take_word(std::string_view& token) {
  for (;;) {
    while (at_ != end_ && kind(*at_) == blank) ++at_;
    if (at_ == end_ && at_ == line_) return false;
    if (at_ == end_ || *at_ == '\n') {
      if (!end_line()) continue;
      token = {};
      return true;
    }
    const char* begin = at_;
    at_ = end_of_word(at_, end_);
    if (at_ != end_ && *at_ == '\0') [[unlikely]] {
      const Place p = place(at_);
      fail(Exit::data, "{}:{}:{}: a NUL byte; this is no text, or one in UTF-16", *block_.file,
           p.line, p.column);
    }
    token = {begin, static_cast<std::size_t>(at_ - begin)};
    const bool first = !std::exchange(begun_, true);
    if (token.size() > longest_word) [[unlikely]] {
      const Place p = place(begin);
      fail(Exit::data,
           "{}:{}:{}: a word of {} bytes, {} are allowed; is this text without spaces? Use the "
           "unit chars or bytes",
           *block_.file, p.line, p.column, token.size(), longest_word);
    }
    if (token.front() == '<' && is_symbol(token)) [[unlikely]] {
      if (first && token == begin_word) continue;
      if (!is_text(token)) continue;
    }
    used_ = true;
    return true;
  }
}

// Whether one of the three symbols is to be taken for a word.
bool Sentences::is_text(std::string_view word) {
  if (word == unknown_word && settings_.open_vocabulary) return true;
  const char* rest = std::find_if(at_, end_, [](char c) { return kind(c) != blank; });
  if (word == end_word && (rest == end_ || *rest == '\n')) return false;
  if (settings_.symbols == Symbols::refuse) refuse(word.data(), word);
  return false;
}

void Sentences::refuse(const char* at, std::string_view symbol) const {
  const Place p = place(at);
  if (symbol == unknown_word) {
    fail(
        Exit::data,
        "{}:{}:{}: {} in the text; --open-vocab counts it as a word, --skip-symbols as white space",
        *block_.file, p.line, p.column, symbol);
  }
  fail(Exit::data,
       "{}:{}:{}: {} inside a sentence; it stands for its {}, take it out or use --skip-symbols",
       *block_.file, p.line, p.column, symbol, symbol == begin_word ? "beginning" : "end");
}

bool Sentences::take_unit(std::string_view& token) {
  for (;;) {
    if (!open_) {
      if (at_ == end_) return false;
      const auto* newline =
          static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
      const char* stop = newline == nullptr ? end_ : newline;
      const auto size = static_cast<std::size_t>(stop - at_);
      if (const void* zero = std::memchr(at_, '\0', size); zero != nullptr) {
        const Place p = place(static_cast<const char*>(zero));
        fail(Exit::data, "{}:{}:{}: a NUL byte; this is no text, or one in UTF-16", *block_.file,
             p.line, p.column);
      }
      tokens_ = Tokens({at_, size}, settings_.unit);
      at_ = stop;
      open_ = true;
    }
    if (tokens_.next(token)) return used_ = true;
    open_ = false;
    if (!end_line()) continue;
    token = {};
    return true;
  }
}

Sentences::Place Sentences::place(const char* at) const {
  const text::Place p =
      text::place_of(block_.text, static_cast<std::size_t>(at - block_.text.data()));
  return {block_.line + p.line - 1, p.column};
}

}  // namespace dlt::ngram
