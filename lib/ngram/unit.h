#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ngram/word.h"

// How a line (without its end) becomes tokens, and tokens a line again.
//   words  what stands between spaces, tabs and carriage returns; every other byte is part of a
//   word chars  each UTF-8 character, a space as U+2581 (an ARPA file cannot hold the space
//   itself); a
//          byte that is not UTF-8 as U+FFFD; a carriage return at the end of the line is no part
//   bytes  each byte as the printable character of text/byte_alphabet.h
namespace dlt::ngram {

// Takes tokens off a line one by one. They are valid as long as the line.
class Tokens {
 public:
  Tokens(std::string_view line, Unit unit);
  bool next(std::string_view& token);
  std::size_t column() const;  // of the last token, in characters from 1

 private:
  std::string_view line_;
  Unit unit_;
  std::size_t at_ = 0, token_at_ = 0;
};

// The text that tokens stand for, added token by token: words with one space between them,
// characters and bytes as they are.
void append_token(std::string& line, std::string_view token, Unit unit);

}  // namespace dlt::ngram
