#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ngram/next.h"

namespace dlt::app {

struct NgramSuggestOptions {
  std::string lm;
  std::vector<std::string> texts;  // none: lines of standard input, answered one by one
  std::int64_t top = 10;
  bool complete = false;  // the last word of a text is only its beginning, unless a blank follows
  bool json = false;
};
void ngram_suggest(const NgramSuggestOptions& options);

struct NgramGenerateOptions {
  std::string lm;
  std::string prompt;          // what every sentence begins with
  std::int64_t sentences = 0;  // 0: as many as the tokens make
  std::int64_t tokens = 0;     // with every </s>; 0: 200, or for each of `sentences` 1000
  ngram::DrawOptions draw;
  std::uint64_t seed = 1;
};
// Prints each word as it is drawn.
void ngram_generate(const NgramGenerateOptions& options);

}  // namespace dlt::app
