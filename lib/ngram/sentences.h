#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "ngram/corpus.h"
#include "ngram/counts.h"
#include "ngram/unit.h"

namespace dlt::ngram {

constexpr std::size_t longest_word = 65535;  // bytes

// Takes the tokens of whole lines off one by one, as Tokens (ngram/unit.h) cuts them, without <s>
// at the beginning and </s> at the end of a line. `piece` is a part of `block`, whose place makes
// the messages: Exit::data for NUL bytes, words that are too long, <s>, </s>, <unk> elsewhere.
class Sentences {
 public:
  Sentences(std::string_view piece, const Block& block, const TextSettings& settings);

  // As many tokens as there are, up to tokens.size(); an empty one ends a sentence. They are valid
  // as long as the piece. 0: nothing is left.
  std::size_t next(std::span<std::string_view> tokens);

 private:
  bool take(std::string_view& token);
  bool take_word(std::string_view& token);
  bool take_unit(std::string_view& token);
  bool end_line();
  bool is_text(std::string_view word);
  void refuse(const char* at, std::string_view symbol) const;

  struct Place {
    std::int64_t line;
    std::int64_t column;
  };
  Place place(const char* at) const;

  const Block& block_;
  const TextSettings& settings_;
  const char* at_;
  const char* end_;
  const char* line_;                // where the line begins
  bool begun_ = false;              // the line has had a token
  bool used_ = false;               // one that counts
  Tokens tokens_{{}, Unit::chars};  // of the line, for units other than words
  bool open_ = false;               // tokens_ stands in the line
};

}  // namespace dlt::ngram
